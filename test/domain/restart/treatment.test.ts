import { describe, expect, it } from '@jest/globals';
import type {
  LoosePodDetail,
  WorkloadDetail,
} from '../../../src/domain/inventory/workload-detail.ts';
import {
  treatmentOf,
  treatmentOfPod,
  treatWorkloads,
} from '../../../src/domain/restart/treatment.ts';
import { loosePodDetail, sampleInventory, workloadDetail } from '../../support/sample-inventory.ts';
import { sampleMesh, workload } from '../../support/sample-mesh.ts';

const NONE = { kind: 'none', why: 'it says sidecar.istio.io/inject: false' } as const;
const PAUSED = {
  desired: 2,
  unavailable: 0,
  surge: 0,
  replaces: 'not-all',
  because: 'its rollout is paused',
} as const;
const ON_NODE = { kind: 'none', why: 'it uses the network of its node' } as const;

/** `restart`, or `left: …` with the first words of the reason. */
function becomes(changes: Partial<WorkloadDetail>): string {
  const decision = treatmentOf(workloadDetail(changes));
  return decision.kind === 'move' ? decision.treatment.kind : `left: ${decision.because}`;
}

function podBecomes(changes: Partial<LoosePodDetail>, recreateBarePods?: boolean): string {
  const policy = recreateBarePods === undefined ? {} : { recreateBarePods };
  const decision = treatmentOfPod(loosePodDetail(changes), policy);
  return decision.kind === 'move' ? decision.treatment.kind : `left: ${decision.because}`;
}

describe('the treatment', () => {
  it.each<[string, Partial<WorkloadDetail>, string]>([
    ['a Deployment', {}, 'restart'],
    ['a StatefulSet', { kind: 'StatefulSet' }, 'restart'],
    ['a DaemonSet', { kind: 'DaemonSet' }, 'restart'],
    ['a paused Deployment', { rollout: PAUSED }, 'restart'],
    ['one of no replicas', { replicas: 0, podsWithProxy: 0 }, 'restart'],
    ['one with native sidecars', { nativeSidecars: 2 }, 'restart'],
    ['an injected gateway', { isGateway: true }, 'restart'],
    ['a ReplicaSet of nobody', { kind: 'ReplicaSet' }, 'evict'],
    ['an Argo Rollout', { kind: 'Rollout', deliveryRole: 'rollout' }, 'restart-at'],
    [
      'the copy that serves for a Canary',
      { name: 'cart-primary', progressiveDelivery: 'Canary shop/cart', deliveryRole: 'primary' },
      'restart',
    ],
    [
      'what a Canary watches',
      { progressiveDelivery: 'Canary shop/cart', deliveryRole: 'target' },
      'left: Canary shop/cart watches its template; its copy that serves moves',
    ],
    [
      'a Deployment that lends its template to a Rollout',
      { progressiveDelivery: 'Rollout shop/cart', deliveryRole: 'template' },
      'left: it lends its template to Rollout shop/cart, which moves',
    ],
    [
      'a Job',
      { kind: 'Job' },
      'left: what runs now keeps its proxy until it ends; the next run gets the new one',
    ],
    [
      'a CronJob between its runs',
      { kind: 'CronJob', replicas: 0, podsWithProxy: 0 },
      'left: what runs now keeps its proxy until it ends; the next run gets the new one',
    ],
    [
      'one that is opted out',
      { podsWithProxy: 0, podsWithoutProxy: 2, prediction: NONE },
      'left: it is not in the mesh: it says sidecar.istio.io/inject: false',
    ],
    [
      'one on the network of its node',
      { podsWithProxy: 0, podsWithoutProxy: 2, isHostNetwork: true, prediction: ON_NODE },
      'left: it is not in the mesh: it uses the network of its node',
    ],
    [
      'one whose next pods would be without a proxy',
      { prediction: NONE },
      'left: its next pods would get no proxy: it says sidecar.istio.io/inject: false',
    ],
    [
      'a kind that nobody here knows',
      { kind: 'CloneSet' },
      'left: a CloneSet makes its pods, and how that replaces them meshlift does not know',
    ],
  ])('of %s', (_what, changes, expected) => {
    expect(becomes(changes)).toBe(expected);
  });

  it.each<[string, Partial<LoosePodDetail>, boolean | undefined, string]>([
    ['a bare pod', { recreation: {} }, undefined, 'left: nobody would bring it back'],
    ['one that may be made again', { recreation: { wanted: true } }, undefined, 'recreate'],
    ['one where the policy lets it', { recreation: {} }, true, 'recreate'],
    ['one that does not let it', { recreation: { wanted: false } }, true, 'left: nobody'],
    [
      'one that cannot be made again',
      { recreation: { wanted: true, cannot: 'it was injected by hand' } },
      undefined,
      'left: it cannot be made again: it was injected by hand',
    ],
    ['one of a Job', { ownerKind: 'Job', ownerName: 'x' }, true, 'left: what runs now keeps'],
    [
      'one of an unknown owner',
      { ownerKind: 'CloneSet', ownerName: 'x' },
      true,
      'left: a CloneSet',
    ],
  ])('of %s', (_what, changes, policy, expected) => {
    expect(podBecomes(changes, policy)).toContain(expected);
  });
});

describe('what becomes of a mesh', () => {
  const mesh = sampleMesh({
    workloads: [workload(), workload({ name: 'idle', podsByRevision: {} })],
  });

  it('names each of an owner once, and a Job as itself', () => {
    const inventory = sampleInventory(mesh, {
      workloads: [
        workloadDetail(),
        workloadDetail({ kind: 'CronJob', name: 'nightly' }),
        workloadDetail({ name: 'outside', uid: 'u-out', namespace: 'bystander', podsWithProxy: 0 }),
      ],
      loosePods: [
        loosePodDetail({ name: 'nightly-1-a', ownerKind: 'Job', ownerName: 'nightly-1' }),
        loosePodDetail({ name: 'w-a', ownerKind: 'Widget', ownerName: 'w' }),
        loosePodDetail({ name: 'w-b', ownerKind: 'Widget', ownerName: 'w' }),
        loosePodDetail({ name: 'tool', recreation: { wanted: true } }),
      ],
    });

    const { moved, left } = treatWorkloads(inventory, {});

    expect(moved.map(({ kind, name, treatment }) => [kind, name, treatment.kind])).toEqual([
      ['Deployment', 'cart', 'restart'],
      ['Pod', 'tool', 'recreate'],
    ]);
    expect(left.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'CronJob nightly',
      'Widget w',
    ]);
  });

  it('moves what has a proxy even where the inventory says nothing of it, and nothing else', () => {
    const { moved, left } = treatWorkloads(sampleInventory(mesh, { workloads: [] }), {});

    expect(moved.map(({ name }) => name)).toEqual(['cart']);
    expect(left).toEqual([]);
  });
});
