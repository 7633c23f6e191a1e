import { describe, expect, it } from '@jest/globals';
import { renderPrecheck } from '../../src/cli/render/findings.ts';
import { renderTargets } from '../../src/cli/render/targets.ts';
import { surveyTargets } from '../../src/domain/targets/assess-targets.ts';
import type { TargetsInput } from '../../src/domain/targets/target.ts';
import { mergeVersions } from '../../src/domain/version/version-table.ts';
import { version } from '../support/sample-mesh.ts';
import { inputOf } from '../support/targets-input.ts';
import { buildFinding, plainOutput } from './support/examples.ts';

function pageOf(input: TargetsInput): string {
  return renderTargets(plainOutput(), surveyTargets(input));
}

/** The row of the table that begins with the version. */
function rowOf(page: string, target: string): readonly string[] {
  const line = page.split('\n').find((each) => each.startsWith(`${target}  `)) ?? '';
  return line.split(/ {2,}/);
}

describe('the page of targets', () => {
  it('has a line for each version, newest first, with both strategies, Kubernetes and support', () => {
    const page = pageOf(inputOf('1.25.1', ['1.26.1', '1.27.0']));

    expect(rowOf(page, '1.27.0')).toEqual([
      '1.27.0',
      'newer',
      'allowed',
      'no',
      'fits (1.29 to 1.33)',
      'until 2026-04-07',
    ]);
    expect(rowOf(page, '1.25.1').slice(1, 4)).toEqual(['same', 'runs now', 'runs now']);
    expect(page.indexOf('1.27.0')).toBeLessThan(page.indexOf('1.26.1'));
    expect(page).toContain('From        1.25.1 (revision 1-25-1, installed by istioctl)');
  });

  it('marks what the rules allow and meshlift does not carry out, and says what the mark means', () => {
    const input = inputOf('1.25.1', ['1.26.1']);
    const all = {
      ...input,
      offers: { ...input.offers, strategies: ['canary', 'in-place'] as const },
    };

    expect(rowOf(pageOf(all), '1.26.1').slice(2, 4)).toEqual(['allowed', 'allowed']);
    expect(pageOf(all)).not.toContain('* the rules');
    expect(rowOf(pageOf(input), '1.26.1').slice(2, 4)).toEqual(['allowed', 'allowed*']);
    expect(pageOf(input)).toContain('* the rules allow it');
  });

  it('tells the hops, and the Kubernetes upgrades between them', () => {
    const input = inputOf('1.26.1', ['1.28.3', '1.30.1'], { kubernetesVersion: 'v1.29.4' });

    expect(pageOf(input)).toContain(
      '  canary, way there: the cluster to Kubernetes 1.30, then 1.28.3, then the cluster to Kubernetes 1.32, then 1.30.1\n',
    );
  });

  it('names the minor whose release is missing', () => {
    expect(pageOf(inputOf('1.25.1', ['1.28.0']))).toContain(
      'canary, way there: none: after 1.25.1 a release of 1.26 or 1.27 is missing',
    );
  });

  it('says once what stands in the way of every version', () => {
    const page = pageOf(inputOf('1.25.1', [], { available: ['1.26.1', '1.27.0'].map(version) }));

    expect(page.match(/InstallerBinaryMissing/g)).toHaveLength(1);
    expect(rowOf(page, '1.26.1').slice(2, 4)).toEqual(['no', 'no']);
  });

  it('says of an installer without versions what to add', () => {
    expect(pageOf(inputOf('1.25.1', [], { available: [] }))).toContain('add binaries');
  });

  it('lets nothing of the cluster or of a reason reach the terminal as a command', () => {
    const versions = mergeVersions(
      [],
      [
        {
          minor: '1.26',
          minimumKubernetes: [{ since: '1.26.0', minor: 29 }],
          withdrawn: [{ version: '1.26.1', why: 'a\u001b[2Jb' }],
          source: 'a test',
        },
      ],
    );
    const page = pageOf(
      inputOf('1.25.1', ['1.26.1'], { versions, kubernetesVersion: 'v1.33.1\u001b]0;x\u0007' }),
    );

    expect(page).toContain('a[2Jb');
    expect([...page].filter((letter) => letter < ' ' && letter !== '\n')).toEqual([]);
  });
});

describe('the page of a precheck', () => {
  const findings = [
    buildFinding({ severity: 'info', code: 'SupportStatus', subject: '1.26.1' }),
    buildFinding({ subject: 'Deployment shop/web', overriddenBecause: 'known' }),
    buildFinding(),
    buildFinding({ severity: 'blocking', code: 'KubernetesTooOld', subject: 'demo' }),
  ];

  it('groups findings by how they bear on the run, those that stop it first', () => {
    const page = renderPrecheck(plainOutput(), { findings, stops: true, isThere: false });

    const titles = page.split('\n').filter((line) => /^\w.* \(\d+\)$/.test(line));
    expect(titles).toEqual([
      'Blocking (1)',
      'Overridable, by name and with a reason (1)',
      'Overridden (1)',
      'For information (1)',
    ]);
    expect(page).toMatch(/^Blocked: /);
    expect(page).toContain('  expected 2 ready pods, found 1\n  do: wait or override');
  });

  it('says so when nothing stands in the way, and when nothing is to be done', () => {
    const info = findings.slice(0, 2);
    const [passes, isThere] = [false, true].map((there) =>
      renderPrecheck(plainOutput(), { findings: info, stops: false, isThere: there }),
    );

    expect(passes).toMatch(/^Nothing stands in the way\./);
    expect(isThere).toMatch(/^Nothing to do: the mesh is there already\./);
    expect(passes).not.toContain('Blocking');
  });
});
