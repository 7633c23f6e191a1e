import { describe, expect, it } from '@jest/globals';
import { parseIstioVersion } from '../../src/domain/version/istio-version.ts';
import { KNOWN_VERSIONS } from '../../src/domain/version/known-versions.ts';
import { kubernetesFitOf, kubernetesMinorOf } from '../../src/domain/version/kubernetes-fit.ts';
import { supportOf, versionFactsOf } from '../../src/domain/version/version-facts.ts';
import { mergeVersions, type MinorFacts } from '../../src/domain/version/version-table.ts';
import { version } from '../support/sample-mesh.ts';

const DAY = /^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** A row that says as little as a row may. */
function row(minor: string, changes: Partial<MinorFacts> = {}): MinorFacts {
  return { minor, minimumKubernetes: [], source: 'a test', ...changes };
}

describe('the table of known versions', () => {
  it('has every minor from 1.20 to 1.31 once, oldest first', () => {
    const minors = Array.from({ length: 12 }, (_, index) => `1.${20 + index}`);

    expect(KNOWN_VERSIONS.map(({ minor }) => minor)).toEqual(minors);
  });

  it('says of every row where it comes from and when that was read', () => {
    const unsourced = KNOWN_VERSIONS.filter(
      ({ source, asOf = '' }) => !source.startsWith('https://') || !DAY.test(asOf),
    );

    expect(unsourced).toEqual([]);
  });

  it('has days that exist, and no support that ends before it begins', () => {
    for (const { released = '', supportEnds = '9999-12-31' } of KNOWN_VERSIONS) {
      expect(new Date(`${released}T00:00:00Z`).toISOString().slice(0, 10)).toBe(released);
      expect(supportEnds > released).toBe(true);
    }
  });

  it('is released in the order of the minors, and wants no older Kubernetes than the one before', () => {
    const days = KNOWN_VERSIONS.map(({ released }) => released ?? '');
    const least = KNOWN_VERSIONS.map((each) => each.minimumKubernetes[0]?.minor ?? 0);

    expect(days).toEqual([...days].sort());
    expect(least).toEqual([...least].sort((a, b) => a - b));
  });

  it('names only versions of its own minor', () => {
    const foreign = KNOWN_VERSIONS.flatMap(({ minor, minimumKubernetes, withdrawn = [] }) =>
      [...minimumKubernetes.map(({ since }) => since), ...withdrawn.map((each) => each.version)]
        .filter((text) => !text.startsWith(`${minor}.`) || parseIstioVersion(text) === undefined)
        .map((text) => `${minor}: ${text}`),
    );

    expect(foreign).toEqual([]);
  });
});

describe('the facts of a version', () => {
  it.each([
    ['1.25.0', 28],
    ['1.25.1', 29],
    ['1.25.5', 29],
    ['1.28.0-rc.1', 30],
    ['1.29.3', 30],
    ['1.31.0', 32],
  ])('of %s ask for Kubernetes 1.%d: the least changed within a minor', (text, minimum) => {
    expect(versionFactsOf(KNOWN_VERSIONS, version(text))?.minimumKubernetes).toBe(minimum);
  });

  it('do not depend on the order in which a row has its patches', () => {
    const minimumKubernetes = [
      { since: '1.40.0', minor: 38 },
      { since: '1.40.2', minor: 39 },
    ];

    for (const entries of [minimumKubernetes, minimumKubernetes.toReversed()]) {
      const table = [row('1.40', { minimumKubernetes: entries })];
      expect(versionFactsOf(table, version('1.40.1'))?.minimumKubernetes).toBe(38);
      expect(versionFactsOf(table, version('1.40.2'))?.minimumKubernetes).toBe(39);
    }
  });

  it('are absent for a minor without a row; no other row stands in for it', () => {
    expect(versionFactsOf(KNOWN_VERSIONS, version('1.31.0'))).toBeDefined();
    expect(versionFactsOf(KNOWN_VERSIONS, version('1.99.0'))).toBeUndefined();
    expect(versionFactsOf(KNOWN_VERSIONS, version('2.26.0'))).toBeUndefined();
  });

  it('mark the very release that was withdrawn, and no other', () => {
    const table = [row('1.40', { withdrawn: [{ version: '1.40.1', why: 'it was broken' }] })];

    expect(versionFactsOf(table, version('1.40.1'))?.withdrawnBecause).toBe('it was broken');
    expect(versionFactsOf(table, version('1.40.2'))).toEqual({
      version: '1.40.2',
      minor: '1.40',
      source: 'a test',
    });
  });
});

describe('support', () => {
  const facts = (text: string) => versionFactsOf(KNOWN_VERSIONS, version(text));

  it('lasts until its last day, and that day too', () => {
    expect(supportOf(facts('1.28.3'), '2026-06-30')).toEqual({
      kind: 'supported',
      until: '2026-07-01',
    });
    expect(supportOf(facts('1.28.3'), '2026-07-01').kind).toBe('supported');
    expect(supportOf(facts('1.28.3'), '2026-07-02')).toEqual({ kind: 'ended', on: '2026-07-01' });
  });

  it('is unknown while no end is known, and says as of when', () => {
    const status = supportOf(facts('1.31.0'), '2026-11-21');

    expect(status).toEqual({
      kind: 'unknown',
      why: 'no end of support of 1.31 is known as of 2026-09-12',
    });
  });

  it('is unknown for a minor that the table does not have', () => {
    expect(facts('1.99.0')).toBeUndefined();
    expect(supportOf(facts('1.99.0'), '2026-11-21').kind).toBe('unknown');
  });
});

describe('Kubernetes', () => {
  it.each([
    ['v1.33.1', 33],
    ['1.33', 33],
    ['v1.31.4-gke.100', 31],
    ['v1.30+', 30],
    ['v1.9.0', 9],
    ['v2.0.0', undefined],
    ['v1.33x', undefined],
    ['', undefined],
    ['unknown', undefined],
  ])('%j has minor %s', (text, minor) => {
    expect(kubernetesMinorOf(text)).toBe(minor);
  });

  const facts = versionFactsOf(KNOWN_VERSIONS, version('1.26.1'));

  it.each([
    [28, { kind: 'too-old', minimum: '1.29' }],
    [29, { kind: 'fits', minimum: '1.29', tested: '1.33' }],
    [33, { kind: 'fits', minimum: '1.29', tested: '1.33' }],
    [34, { kind: 'untested', minimum: '1.29', tested: '1.33' }],
  ])('1.%d with Istio 1.26.1: %j', (minor, fit) => {
    expect(kubernetesFitOf(facts, minor)).toEqual(fit);
  });

  it('is untested, not fitting, when nobody says what the release was tested with', () => {
    const untold = versionFactsOf(KNOWN_VERSIONS, version('1.31.0'));

    expect(untold).not.toHaveProperty('testedKubernetes');
    expect(kubernetesFitOf(untold, 33)).toEqual({ kind: 'untested', minimum: '1.32' });
    expect(kubernetesFitOf(untold, 31)).toEqual({ kind: 'too-old', minimum: '1.32' });
  });

  it('is unknown without a row, and without a version of the cluster', () => {
    expect(kubernetesFitOf(facts, 33).kind).toBe('fits');
    expect(kubernetesFitOf(undefined, 33).kind).toBe('unknown');
    expect(kubernetesFitOf(facts, undefined).kind).toBe('unknown');
  });
});

describe('configured rows', () => {
  it('replace the whole row of their minor, and are sorted in by number', () => {
    const known = [row('1.9', { released: '2021-02-09', testedKubernetes: 20 }), row('1.11')];
    const configured = [row('1.10'), row('1.9', { testedKubernetes: 21 }), row('1.100')];

    const merged = mergeVersions(known, configured);

    expect(merged.map(({ minor }) => minor)).toEqual(['1.9', '1.10', '1.11', '1.100']);
    expect(merged[0]).toEqual(row('1.9', { testedKubernetes: 21 }));
    expect(known[0]?.testedKubernetes).toBe(20);
  });
});
