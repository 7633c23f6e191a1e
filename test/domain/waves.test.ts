import { describe, expect, it } from '@jest/globals';
import type { ObservedMesh } from '../../src/domain/mesh/observed-mesh.ts';
import {
  buildLabelRestoration,
  buildRemainingTagMoves,
  buildWaves as buildWavesWith,
  type Movement,
  type WaveContent,
} from '../../src/domain/planning/waves.ts';
import { pointOfName } from '../../src/domain/planning/name-point.ts';
import type { WavePolicy } from '../../src/domain/policy.ts';
import {
  namespace,
  namespaceByInjection,
  namespaceByRevision,
  namespaceByTag,
  sampleMesh,
  workload,
} from '../support/sample-mesh.ts';

const MOVEMENT = { from: '1-25-1', to: '1-26-1' };

/** Without shares, critical namespaces and gateways, unless some are given. */
function buildWaves(
  mesh: ObservedMesh,
  movement: Movement,
  policy: Partial<WavePolicy> = {},
  gatewayNamespaces: readonly string[] = [],
): readonly WaveContent[] {
  return buildWavesWith(mesh, movement, { policy: { critical: [], ...policy }, gatewayNamespaces });
}

function meshOf(changes: Partial<ObservedMesh>): ObservedMesh {
  return sampleMesh({ workloads: [], ...changes });
}

describe('a namespace moves', () => {
  it('by its tag, its own labels untouched', () => {
    const mesh = meshOf({ namespaces: [namespaceByTag('shop', 'prod-stable')] });

    expect(buildWaves(mesh, MOVEMENT)).toEqual([
      {
        namespaces: ['shop'],
        tagMoves: [
          {
            tag: 'prod-stable',
            webhook: 'istio-revision-tag-prod-stable',
            from: '1-25-1',
            to: '1-26-1',
          },
        ],
        namespaceMoves: [],
        workloads: [],
      },
    ]);
  });

  it('together with every namespace of its tag', () => {
    const mesh = meshOf({
      namespaces: [namespaceByTag('a', 'prod-stable'), namespaceByTag('b', 'prod-stable')],
    });

    expect(buildWaves(mesh, MOVEMENT).map(({ namespaces }) => namespaces)).toEqual([['a', 'b']]);
  });

  it('by one patch of both labels where it has istio-injection, which would win', () => {
    const mesh = meshOf({ namespaces: [namespaceByInjection('orders')] });

    expect(buildWaves(mesh, MOVEMENT)).toEqual([
      {
        namespaces: ['orders'],
        tagMoves: [],
        namespaceMoves: [
          {
            namespace: 'orders',
            uid: 'uid-orders',
            prior: { 'istio-injection': 'enabled', 'istio.io/rev': null },
            next: { 'istio-injection': null, 'istio.io/rev': '1-26-1' },
          },
        ],
        workloads: [],
      },
    ]);
  });

  it('by its label where it names the revision', () => {
    const mesh = meshOf({ namespaces: [namespaceByRevision('billing')] });

    expect(buildWaves(mesh, MOVEMENT)[0]?.namespaceMoves).toEqual([
      {
        namespace: 'billing',
        uid: 'uid-billing',
        prior: { 'istio-injection': null, 'istio.io/rev': '1-25-1' },
        next: { 'istio-injection': null, 'istio.io/rev': '1-26-1' },
      },
    ]);
  });

  it('by its label where it names the tag default, which moves last of all', () => {
    const mesh = meshOf({ namespaces: [namespaceByTag('a', 'default')] });

    expect(buildWaves(mesh, MOVEMENT)).toMatchObject([
      {
        namespaces: ['a'],
        tagMoves: [],
        namespaceMoves: [{ prior: { 'istio-injection': null, 'istio.io/rev': 'default' } }],
      },
    ]);
  });

  it.each([
    ['it is outside of the mesh', namespace('a')],
    ['it opted out', namespace('a', { selection: { kind: 'opted-out' } })],
    ['its label selects nothing', namespace('a', { selection: { kind: 'nothing', label: 'x=y' } })],
    ['its default does not exist', namespace('a', { selection: { kind: 'injection-label' } })],
    ['it names another revision', namespaceByRevision('a', '1-24-0')],
    ['it follows a default at another revision', namespaceByInjection('a', '1-24-0')],
  ])('not when %s', (_why, which) => {
    expect(buildWaves(meshOf({ namespaces: [namespaceByRevision('a')] }), MOVEMENT)).toHaveLength(
      1,
    );

    expect(buildWaves(meshOf({ namespaces: [which] }), MOVEMENT)).toEqual([]);
  });

  it('not by a tag that points elsewhere', () => {
    const mesh = meshOf({
      tags: [{ tag: 'prod-stable', revision: '1-24-0', webhook: 'w' }],
      namespaces: [namespaceByTag('shop', 'prod-stable', '1-24-0')],
    });

    expect(buildWaves(mesh, MOVEMENT)).toEqual([]);
  });
});

describe('waves', () => {
  it('go from the smallest to the largest, so that a fault meets few', () => {
    const waves = buildWaves(sampleMesh(), MOVEMENT);

    expect(waves.map(({ namespaces, workloads }) => [namespaces, workloads.length])).toEqual([
      [['orders'], 1],
      [['billing'], 2],
      [['shop'], 3],
    ]);
  });

  it('of one size go by name, the same for any order of reading', () => {
    const mesh = meshOf({
      namespaces: [namespaceByRevision('b'), namespaceByRevision('c'), namespaceByRevision('a')],
    });

    expect(buildWaves(mesh, MOVEMENT).map(({ namespaces }) => namespaces[0])).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('are the same whatever the order in which the mesh was read', () => {
    const mesh = sampleMesh({ namespaces: [...sampleMesh().namespaces, ...byLabel(20)] });
    const { tags, namespaces, workloads } = mesh;
    const reversed = {
      ...mesh,
      tags: tags.toReversed(),
      namespaces: namespaces.toReversed(),
      workloads: workloads.toReversed(),
    };
    expect(reversed).not.toEqual(mesh);

    for (const policy of [{}, { percentages: [10, 50, 100] }]) {
      const waves = buildWaves(mesh, MOVEMENT, policy);

      expect(buildWaves(reversed, MOVEMENT, policy)).toEqual(waves);
      expect(buildLabelRestoration(reversed, waves)).toEqual(buildLabelRestoration(mesh, waves));
      expect(buildRemainingTagMoves(reversed, waves, MOVEMENT)).toEqual(
        buildRemainingTagMoves(mesh, waves, MOVEMENT),
      );
    }
  });

  it('have critical namespaces and those with gateways last, whatever their size', () => {
    const order = (policy: Partial<WavePolicy>, gateways: readonly string[]): unknown =>
      buildWaves(sampleMesh(), MOVEMENT, policy, gateways).map(({ namespaces }) => namespaces[0]);
    expect(order({}, [])).toEqual(['orders', 'billing', 'shop']);

    expect(order({ critical: ['orders'] }, [])).toEqual(['billing', 'shop', 'orders']);
    expect(order({}, ['billing'])).toEqual(['orders', 'shop', 'billing']);
    expect(order({ critical: ['billing'] }, ['orders'])).toEqual(['shop', 'orders', 'billing']);
  });

  it('have all of a tag last when one of its namespaces is critical', () => {
    const mesh = meshOf({
      namespaces: [
        namespaceByTag('a', 'prod-stable'),
        namespaceByTag('b', 'prod-stable'),
        namespaceByRevision('c'),
      ],
    });
    const order = (critical: readonly string[]): unknown =>
      buildWaves(mesh, MOVEMENT, { critical }).map(({ namespaces }) => namespaces);
    expect(order([])).toEqual([['a', 'b'], ['c']]);

    expect(order(['b'])).toEqual([['c'], ['a', 'b']]);
  });

  it('carry every workload of their namespaces, by uid, and no other', () => {
    const mesh = meshOf({
      namespaces: [namespaceByRevision('billing'), namespace('bystander')],
      workloads: [
        workload({ namespace: 'billing', name: 'ledger', kind: 'StatefulSet' }),
        workload({ namespace: 'bystander', name: 'lone' }),
      ],
    });

    expect(buildWaves(mesh, MOVEMENT)[0]?.workloads).toEqual([
      { kind: 'StatefulSet', namespace: 'billing', name: 'ledger', uid: 'uid-billing-ledger' },
    ]);
  });
});

/** So many namespaces that name the revision. */
function byLabel(count: number): ObservedMesh['namespaces'] {
  return Array.from({ length: count }, (_, index) => namespaceByRevision(`team-${index}`));
}

describe('shares', () => {
  const SHARES = { percentages: [10, 50, 100] };
  const namesOf = (waves: readonly WaveContent[]): readonly (readonly string[])[] =>
    waves.map(({ namespaces }) => namespaces);

  it('gather the namespaces that move by their own label into so many waves, about that large', () => {
    const mesh = meshOf({ namespaces: byLabel(1000) });
    expect(buildWaves(mesh, MOVEMENT)).toHaveLength(1000);

    const waves = buildWaves(mesh, MOVEMENT, SHARES);

    const sizes = waves.map(({ namespaceMoves }) => namespaceMoves.length);
    expect(sizes).toHaveLength(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1000);
    for (const [index, expected] of [100, 400, 500].entries()) {
      expect(Math.abs((sizes[index] ?? 0) - expected)).toBeLessThan(50);
    }
  });

  it('move no namespace to another wave when one more is there', () => {
    const waveOf = (namespaces: ObservedMesh['namespaces']): ReadonlyMap<string, number> =>
      new Map(
        buildWaves(meshOf({ namespaces }), MOVEMENT, SHARES).flatMap((wave, index) =>
          wave.namespaces.map((name): [string, number] => [name, index]),
        ),
      );
    const before = waveOf(byLabel(100));

    const after = waveOf([...byLabel(100), namespaceByRevision('newcomer')]);

    expect(after.has('newcomer')).toBe(true);
    for (const [name, wave] of before) expect([name, after.get(name)]).toEqual([name, wave]);
  });

  it('come in their order even when a later one is smaller', () => {
    const names = byLabel(40).map(({ name }) => name);
    const [few = ''] = names.filter((name) => pointOfName(name) < 10);
    const mesh = meshOf({
      namespaces: byLabel(40),
      workloads: Array.from({ length: 9 }, (_, index) =>
        workload({ namespace: few, name: `w${index}` }),
      ),
    });

    const waves = buildWaves(mesh, MOVEMENT, SHARES);

    expect(waves.map(({ workloads }) => workloads.length)).toEqual([9, 0, 0]);
    expect(waves[0]?.namespaces).toContain(few);
  });

  it('leave the namespaces of a tag together, in a wave of their own', () => {
    const namespaces = [
      ...byLabel(30),
      ...['x', 'y', 'z'].map((name) => namespaceByTag(name, 'prod-stable')),
    ];

    const waves = buildWaves(meshOf({ namespaces }), MOVEMENT, SHARES);

    expect(namesOf(waves)).toContainEqual(['x', 'y', 'z']);
    expect(waves).toHaveLength(4);
  });

  it('leave critical namespaces out, each last in a wave of its own', () => {
    const waves = buildWaves(meshOf({ namespaces: byLabel(30) }), MOVEMENT, {
      ...SHARES,
      critical: ['team-3', 'team-4'],
    });

    expect(namesOf(waves).slice(-2)).toEqual([['team-3'], ['team-4']]);
    expect(namesOf(waves).slice(0, -2).flat()).toHaveLength(28);
  });

  it('are parted further where a wave would have too many workloads, and nowhere else', () => {
    const workloads = byLabel(40).map(({ name }) => workload({ namespace: name, name: 'w' }));
    const mesh = meshOf({ namespaces: byLabel(40), workloads });
    const sizes = (maxWorkloadsPerWave: number): readonly number[] =>
      buildWaves(mesh, MOVEMENT, { ...SHARES, maxWorkloadsPerWave }).map(
        (wave) => wave.workloads.length,
      );
    const [smallest = 0, middle = 0, largest = 0] = sizes(40);
    expect(smallest).toBeLessThan(middle);
    expect(middle).toBeLessThan(largest);

    const parted = sizes(largest - 1);

    expect(parted).toHaveLength(4);
    expect(Math.max(...parted)).toBeLessThan(largest);
    expect(parted).toContain(middle);
  });

  it('keep a namespace whole that is too large by itself', () => {
    const workloads = ['a', 'b', 'c'].map((name) => workload({ namespace: 'team-0', name }));

    const waves = buildWaves(meshOf({ namespaces: byLabel(1), workloads }), MOVEMENT, {
      ...SHARES,
      maxWorkloadsPerWave: 1,
    });

    expect(waves).toHaveLength(1);
  });
});

describe('what no wave moves', () => {
  it('is the default tag and every tag that nobody uses', () => {
    const mesh = sampleMesh();

    expect(buildRemainingTagMoves(mesh, buildWaves(mesh, MOVEMENT), MOVEMENT)).toEqual([
      {
        tag: 'canary-idle',
        webhook: 'istio-revision-tag-canary-idle',
        from: '1-25-1',
        to: '1-26-1',
      },
      { tag: 'default', webhook: 'istio-revision-tag-default', from: '1-25-1', to: '1-26-1' },
    ]);
  });

  it('leaves a tag of another revision alone', () => {
    const mesh = meshOf({
      tags: [{ tag: 'old', revision: '1-24-0', webhook: 'w' }],
      namespaces: [],
    });

    expect(buildRemainingTagMoves(mesh, [], MOVEMENT)).toEqual([]);
  });
});

describe("owners' labels", () => {
  it('come back for those who follow the default: the exact inverse of their move', () => {
    const mesh = meshOf({
      namespaces: [
        namespaceByInjection('by-injection'),
        namespaceByTag('by-default-tag', 'default'),
        namespaceByRevision('by-revision'),
        namespaceByTag('by-tag', 'prod-stable'),
      ],
    });
    const waves = buildWaves(mesh, MOVEMENT);
    const moves = waves.flatMap(({ namespaceMoves }) => namespaceMoves);

    const restored = buildLabelRestoration(mesh, waves);

    expect(restored.map(({ namespace: name }) => name).sort()).toEqual([
      'by-default-tag',
      'by-injection',
    ]);
    for (const back of restored) {
      const there = moves.find(({ namespace: name }) => name === back.namespace);
      expect(back).toEqual({ ...there, prior: there?.next, next: there?.prior });
    }
  });
});
