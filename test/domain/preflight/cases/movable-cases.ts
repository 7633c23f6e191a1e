import type {
  LoosePodDetail,
  WorkloadDetail,
} from '../../../../src/domain/inventory/workload-detail.ts';
import type { ObservedWorkload } from '../../../../src/domain/mesh/observed-mesh.ts';
import { loosePodDetail, workloadDetail } from '../../../support/sample-inventory.ts';
import { facts, sampleMesh, workload } from '../../../support/sample-mesh.ts';
import { found, type RuleCase } from '../rule-case.ts';

function withWorkload(changes: Partial<ObservedWorkload>) {
  return facts({ mesh: sampleMesh({ workloads: [workload(changes)] }) });
}

/** Only this workload, with what the inventory knows beyond. */
function detailed(changes: Partial<WorkloadDetail>) {
  return found({ workloads: [workloadDetail(changes)] }, { workloads: [workload()] });
}

function withLoosePod(changes: Partial<LoosePodDetail>) {
  return found({ loosePods: [loosePodDetail(changes)] });
}

const CART = 'Deployment shop/cart';

/** What a restart brings a new proxy to, and what it does not. */
export const MOVABLE_CASES: readonly RuleCase[] = [
  {
    code: 'ProxyOfUnknownRevision',
    policy: 'refuses proxies of a revision that has no control plane',
    given: withWorkload({ podsByRevision: { '1-25-1': 1, '1-23-4': 1 } }),
    expected: [['blocking', CART]],
    nearMiss: {
      what: 'pods without a proxy',
      given: withWorkload({ podsByRevision: { '1-25-1': 1, none: 1 } }),
    },
  },
  {
    code: 'ProxyOfUnknownRevision',
    policy: 'refuses proxies whose revision cannot be told',
    given: withWorkload({ podsByRevision: { unknown: 2 } }),
    expected: [['blocking', CART]],
    nearMiss: { what: 'those of the control plane', given: withWorkload({}) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a workload whose new pods would have the old proxy',
    given: withWorkload({ cannotRestart: 'its proxy image is pinned to proxyv2:1.24.0' }),
    expected: [['blocking', CART]],
    nearMiss: { what: 'one that it restarts', given: withWorkload({}) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a workload with a proxy among the init containers of its template',
    given: detailed({ manualProxyImage: 'docker.io/istio/proxyv2:1.25.1' }),
    expected: [['blocking', CART]],
    nearMiss: { what: 'one that was injected by the webhook', given: detailed({}) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a workload whose proxy image is pinned',
    given: detailed({ pinnedProxyImage: 'docker.io/istio/proxyv2:1.25.1' }),
    expected: [['blocking', CART]],
    nearMiss: { what: 'one whose image the injector chooses', given: detailed({}) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses an Argo Rollout, once, not again for its pods',
    given: found({
      workloads: [workloadDetail({ kind: 'Rollout', name: 'search' })],
      loosePods: ['a', 'b'].map((name) =>
        loosePodDetail({ name, ownerKind: 'ReplicaSet', ownerName: 'search-6f9d' }),
      ),
    }),
    expected: [['blocking', 'Rollout shop/search']],
    nearMiss: {
      what: 'one without a proxy',
      given: found({
        workloads: [workloadDetail({ kind: 'Rollout', podsWithProxy: 0, podsWithoutProxy: 0 })],
      }),
    },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a ReplicaSet that nobody restarts, once for all its pods',
    given: found({
      loosePods: ['a', 'b'].map((name) =>
        loosePodDetail({ name, ownerKind: 'ReplicaSet', ownerName: 'old' }),
      ),
    }),
    expected: [['blocking', 'ReplicaSet shop/old']],
    nearMiss: {
      what: 'a Job, which ends by itself',
      given: withLoosePod({ ownerKind: 'Job', ownerName: 'batch' }),
    },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a bare pod with a proxy',
    given: withLoosePod({ name: 'lone' }),
    expected: [['blocking', 'Pod shop/lone']],
    says: 'nobody owns the pod',
    nearMiss: { what: 'a mesh without any', given: found({ loosePods: [] }) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a gateway whose proxy comes with the release',
    given: detailed({ manualProxyImage: 'docker.io/istio/proxyv2:1.25.1', isGateway: true }),
    expected: [['blocking', CART]],
    says: 'it is a gateway that only the installer upgrades',
    nearMiss: { what: 'one that is injected', given: detailed({ isGateway: true }) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses what was injected by hand and is no gateway',
    given: detailed({ manualProxyImage: 'docker.io/istio/proxyv2:1.25.1', isGateway: false }),
    expected: [['blocking', CART]],
    says: 'it was injected by hand',
    nearMiss: { what: 'what was not', given: detailed({ isGateway: false }) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses pods beside a Rollout that do not belong to it',
    given: found({
      workloads: [workloadDetail({ kind: 'Rollout', name: 'search' })],
      loosePods: [
        loosePodDetail({ name: 'a', ownerKind: 'Rollout', ownerName: 'search' }),
        loosePodDetail({ name: 'b', ownerKind: 'Rollout', ownerName: 'other' }),
        loosePodDetail({ name: 'c', ownerKind: 'Widget', ownerName: 'search' }),
        loosePodDetail({ name: 'd', ownerKind: 'Widget', ownerName: '' }),
        loosePodDetail({ namespace: 'orders', ownerKind: 'Rollout', ownerName: 'search' }),
      ],
    }),
    expected: [
      ['blocking', 'Pod shop/d'],
      ['blocking', 'Rollout orders/search'],
      ['blocking', 'Rollout shop/other'],
      ['blocking', 'Rollout shop/search'],
      ['blocking', 'Widget shop/search'],
    ],
    nearMiss: {
      what: 'once more what a Rollout has a finding for',
      given: found({
        workloads: [workloadDetail({ kind: 'Rollout', name: 'search' })],
        loosePods: [loosePodDetail({ ownerKind: 'Rollout', ownerName: 'search' })],
      }),
      expected: [['blocking', 'Rollout shop/search']],
    },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses pods of a ReplicaSet beside a Deployment whose name begins alike',
    given: found({
      workloads: [workloadDetail({ name: 'old' })],
      loosePods: [loosePodDetail({ ownerKind: 'ReplicaSet', ownerName: 'old-5f6' })],
    }),
    expected: [['blocking', 'ReplicaSet shop/old-5f6']],
    nearMiss: {
      what: 'a Deployment alone',
      given: found({ workloads: [workloadDetail({ name: 'old' })] }),
    },
  },
  {
    code: 'JobKeepsProxy',
    policy: 'tells once of all Jobs and CronJobs with a proxy',
    given: found({
      workloads: [workloadDetail({ kind: 'CronJob', name: 'nightly', podsWithProxy: 0 })],
      loosePods: ['a', 'b'].map((name) =>
        loosePodDetail({ name, ownerKind: 'Job', ownerName: 'batch' }),
      ),
    }),
    expected: [['info', '2 Jobs and CronJobs']],
    nearMiss: {
      what: 'a CronJob that nobody injects',
      given: found({
        workloads: [
          workloadDetail({
            kind: 'CronJob',
            podsWithProxy: 0,
            prediction: { kind: 'none', why: 'no injection webhook selects it' },
          }),
        ],
      }),
    },
  },
  {
    code: 'ProgressiveDelivery',
    policy: 'asks about a workload whose template Flagger watches',
    given: detailed({ progressiveDelivery: 'Canary shop/cart' }),
    expected: [['overridable', CART]],
    nearMiss: {
      what: 'one without pods, whose copy serves',
      given: detailed({ progressiveDelivery: 'Canary shop/cart', podsWithProxy: 0, replicas: 0 }),
    },
  },
  {
    code: 'ProgressiveDelivery',
    policy: 'asks about a workload whose template an Argo Rollout takes',
    given: detailed({ progressiveDelivery: 'Rollout shop/cart' }),
    expected: [['overridable', CART]],
    nearMiss: {
      what: 'the Rollout itself, which cannot be moved at all',
      given: detailed({ kind: 'Rollout', progressiveDelivery: 'Rollout shop/cart' }),
    },
  },
];
