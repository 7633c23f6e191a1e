import { describe, expect, it } from '@jest/globals';
import type { ObservedMesh } from '../../src/domain/mesh/observed-mesh.ts';
import {
  buildLabelRestoration,
  buildRemainingTagMoves,
  buildWaves,
} from '../../src/domain/planning/waves.ts';
import {
  namespace,
  namespaceByInjection,
  namespaceByRevision,
  namespaceByTag,
  sampleMesh,
  workload,
} from '../support/sample-mesh.ts';

const MOVEMENT = { from: '1-25-1', to: '1-26-1' };

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
