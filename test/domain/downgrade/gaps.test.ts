import { describe, expect, it } from '@jest/globals';
import { compareCrds } from '../../../src/domain/downgrade/compare-crds.ts';
import { isConfiguration, type CrdShape } from '../../../src/domain/downgrade/crd-shape.ts';
import { gapFindings, type ObjectUses } from '../../../src/domain/downgrade/gap-findings.ts';
import { known, unknown, type Known } from '../../../src/domain/inventory/known.ts';
import type { Finding } from '../../../src/domain/finding.ts';

const SCHEMA = { properties: { spec: { properties: { a: { type: 'string' } } } } } as const;
const NEWER = {
  properties: { spec: { properties: { a: { type: 'string' }, b: { type: 'string' } } } },
} as const;

function crd(changes: Partial<CrdShape> = {}, versions: readonly string[] = ['v1']): CrdShape {
  return {
    name: 'gateways.networking.istio.io',
    group: 'networking.istio.io',
    kind: 'Gateway',
    plural: 'gateways',
    namespaced: true,
    versions: versions.map((name, index) => ({
      name,
      served: true,
      storage: index === 0,
      schema: SCHEMA,
    })),
    stored: [],
    ...changes,
  };
}

const NOTHING: ObjectUses = { all: { count: 0, names: [] }, byVersion: {}, byPart: {} };

function find(
  live: readonly CrdShape[],
  target: readonly CrdShape[],
  uses: Known<ObjectUses> = known(NOTHING),
): readonly Finding[] {
  return compareCrds(live, target).flatMap((gap) => gapFindings({ gap, uses }, '1.25.1'));
}

function named(...names: readonly string[]) {
  return { count: names.length, names };
}

describe('the CRDs of a cluster beside those of a lower target', () => {
  it('leave no doubt where they are the same', () => {
    expect(compareCrds([crd({ stored: ['v1'] })], [crd()])).toEqual([]);
  });

  it('block by a stored version that the target does not have, with the objects', () => {
    const live = crd({ stored: ['v1', 'v2'] }, ['v2', 'v1']);
    const uses = { ...NOTHING, all: named('shop/a', 'shop/b'), byVersion: { v2: named('shop/b') } };

    const findings = find([live], [crd()], known(uses));

    expect(findings).toMatchObject([
      {
        code: 'StoredVersionMissing',
        severity: 'blocking',
        subject: 'CustomResourceDefinition gateways.networking.istio.io',
      },
    ]);
    expect(findings[0]?.message).toContain('written in v2: shop/b');
    expect(findings[0]?.message).toContain('2 objects may be stored so: shop/a, shop/b');
  });

  it('block by a stored version also where no object is left', () => {
    const findings = find([crd({ stored: ['v1', 'v2'] }, ['v2', 'v1'])], [crd()]);

    expect(findings.map(({ code }) => code)).toEqual(['StoredVersionMissing']);
    expect(findings[0]?.message).toContain('it has no objects');
  });

  it('block by a version that the target reads and the cluster does not serve', () => {
    const old = { name: 'v1alpha3', served: false, storage: false, schema: SCHEMA };
    const live = crd({ versions: [...crd().versions, old] });

    expect(find([live], [crd({}, ['v1', 'v1alpha3'])])).toMatchObject([
      {
        code: 'CrdVersionMissing',
        severity: 'blocking',
        message: expect.stringContaining('v1alpha3'),
      },
    ]);
    expect(find([crd({}, ['v1', 'v1alpha3'])], [crd({}, ['v1', 'v1alpha3'])])).toEqual([]);
  });

  it('block by a CRD that the target needs and the cluster does not have', () => {
    expect(find([], [crd()])).toMatchObject([
      { code: 'CrdVersionMissing', message: expect.stringContaining('no such CRD') },
    ]);
  });

  it('block by a kind that the target does not have only where it is used', () => {
    const uses = { ...NOTHING, all: named('shop/a') };

    expect(find([crd()], [], known(uses))).toMatchObject([
      {
        code: 'FeatureMissing',
        severity: 'blocking',
        subject: 'kind Gateway (networking.istio.io)',
      },
    ]);
    expect(find([crd()], [])).toEqual([]);
  });

  it('block by an apiVersion that the target does not serve only where somebody wrote in it', () => {
    const live = crd({ stored: ['v1'] }, ['v1', 'v2']);
    const uses = { ...NOTHING, byVersion: { v2: named('shop/b') } };

    expect(find([live], [crd()], known(uses))).toMatchObject([
      { code: 'FeatureMissing', subject: 'apiVersion networking.istio.io/v2 of Gateway' },
    ]);
    expect(find([live], [crd()])).toEqual([]);
  });

  it('block by each field that the target does not have and that is used, with the objects', () => {
    const live = crd({ versions: [{ name: 'v1', served: true, storage: true, schema: NEWER }] });
    const uses = { ...NOTHING, byPart: { 'spec.b': named('shop/a', 'shop/b') } };

    const findings = find([live], [crd()], known(uses));

    expect(findings).toMatchObject([
      { code: 'FeatureMissing', severity: 'blocking', subject: 'Gateway spec.b' },
    ]);
    expect(findings[0]?.message).toContain('used by 2 objects: shop/a, shop/b');
    expect(compareCrds([live], [crd()])).toMatchObject([{ readAs: 'v1' }]);
    expect(find([live], [crd()])).toEqual([]);
  });

  it('compare with the version in which the target stores where it has not the same', () => {
    const live = crd({ versions: [{ name: 'v2', served: true, storage: true, schema: NEWER }] });

    const [gap] = compareCrds([live], [crd({}, ['v1'])]);

    expect(gap).toMatchObject({ readAs: 'v2', parts: [{ used: { kind: 'present' } }] });
  });

  it('block where it cannot be told what is used', () => {
    expect(find([crd()], [], unknown('forbidden'))).toMatchObject([
      { code: 'FactUnknown', severity: 'blocking', message: expect.stringContaining('forbidden') },
    ]);
  });

  it('name twenty objects and count the rest', () => {
    const names = Array.from({ length: 20 }, (_, index) => `shop/o${index}`);

    const [finding] = find([crd()], [], known({ ...NOTHING, all: { count: 523, names } }));

    expect(finding?.message).toContain('used by 523 objects: shop/o0, ');
    expect(finding?.message).toContain('shop/o19 and 503 more');
  });
});

describe('what istiod reads as configuration', () => {
  it.each([
    ['gateways.networking.istio.io', true],
    ['telemetries.telemetry.istio.io', true],
    ['istiooperators.install.istio.io', false],
    ['gateways.gateway.networking.k8s.io', false],
    ['istios.sailoperator.io', false],
  ])('%s: %s', (name, expected) => {
    expect(isConfiguration(name)).toBe(expected);
  });
});
