import { describe, expect, it } from '@jest/globals';
import type { ObservedWorkload } from '../../../../src/domain/mesh/observed-mesh.ts';
import { describeStep } from '../../../../src/domain/planning/describe-step.ts';
import { buildWaves, type WaveContent } from '../../../../src/domain/planning/waves.ts';
import type { InjectTreatment } from '../../../../src/domain/restart/manual/inject-treatment.ts';
import {
  namespace,
  namespaceByRevision,
  sampleMesh,
  workload,
} from '../../../support/sample-mesh.ts';
import { waveStep } from '../../../support/sample-run.ts';

const MOVEMENT = { from: '1-25-1', to: '1-26-1' };
const CART = workload({ namespace: 'lone', uid: 'uid-cart' });

function wavesWith(
  workloads: readonly ObservedWorkload[],
  byHand: readonly string[],
): readonly WaveContent[] {
  const mesh = sampleMesh({
    namespaces: [namespace('lone', {}), namespaceByRevision('shop', '1-25-1')],
    workloads,
  });
  const policy = { critical: [] };
  return buildWaves(mesh, MOVEMENT, { policy, gatewayNamespaces: [], byHand: new Set(byHand) });
}

function placesOf(waves: readonly WaveContent[]): readonly unknown[] {
  return waves.map(({ namespaces, podLabelled = [], workloads }) => ({
    namespaces,
    podLabelled,
    uids: workloads.map(({ uid }) => uid),
  }));
}

describe('a workload that is injected by hand', () => {
  const SHOP = { namespaces: ['shop'], podLabelled: [] };

  it('has a wave of its own where its namespace selects nothing, and moves nobody else there', () => {
    const other = workload({ namespace: 'lone', name: 'other', uid: 'uid-other' });

    expect(placesOf(wavesWith([CART, other], ['uid-cart']))).toEqual([
      { ...SHOP, uids: [] },
      { namespaces: ['lone'], podLabelled: ['lone'], uids: ['uid-cart'] },
    ]);
    expect(placesOf(wavesWith([CART, other], []))).toEqual([{ ...SHOP, uids: [] }]);
  });

  it('moves with its namespace where that moves', () => {
    const cart = workload({ namespace: 'shop', uid: 'uid-cart' });

    expect(placesOf(wavesWith([cart], ['uid-cart']))).toEqual([{ ...SHOP, uids: ['uid-cart'] }]);
  });

  it('has no wave where none of its pods is on the revision that is left', () => {
    const elsewhere = { ...CART, podsByRevision: { '1-24-0': 2 } };

    expect(placesOf(wavesWith([elsewhere], ['uid-cart']))).toEqual([{ ...SHOP, uids: [] }]);
  });

  it('is shown with what its pod template changes', () => {
    const treatment: InjectTreatment = {
      kind: 'inject',
      manifest: 'sha256:m',
      rendered: 'sha256:r',
      live: 'sha256:l',
      diff: [{ path: 'spec.template.spec.x', from: 'a', to: 'b' }],
      diffLeftOut: { count: 2, digest: 'sha256:d' },
    };
    const { kind, name, uid } = CART;
    const planned = { kind, namespace: 'lone', name, uid, treatment };

    const lines = describeStep(waveStep([], { workloads: [planned] })).map(({ text }) => text);

    expect(lines).toEqual(
      expect.arrayContaining([
        'Deployment lone/cart: by hand, its pod template anew from its original manifest with the new proxy',
        'pod template of Deployment lone/cart',
        'spec.template.spec.x: a → b',
        'and 2 more fields',
      ]),
    );
  });
});
