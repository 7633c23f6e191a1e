import type {
  LoosePodDetail,
  WorkloadDetail,
} from '../../../../src/domain/inventory/workload-detail.ts';
import type { ObservedWorkload } from '../../../../src/domain/mesh/observed-mesh.ts';
import { loosePodDetail, workloadDetail } from '../../../support/sample-inventory.ts';
import { facts, sampleMesh, samplePolicy, workload } from '../../../support/sample-mesh.ts';
import { found, type RuleCase } from '../rule-case.ts';

function withWorkload(changes: Partial<ObservedWorkload>) {
  return facts({ mesh: sampleMesh({ workloads: [workload(changes)] }) });
}

/** Only this workload, with what the inventory knows beyond. */
function detailed(changes: Partial<WorkloadDetail>, kind: ObservedWorkload['kind'] = 'Deployment') {
  return found({ workloads: [workloadDetail(changes)] }, { workloads: [workload({ kind })] });
}

function withLoosePod(changes: Partial<LoosePodDetail>) {
  return found({ loosePods: [loosePodDetail(changes)] });
}

/** Original manifests are given; `refused` says why that of this workload cannot be used. */
function injectedByHand({ refused, isGateway = false }: { refused?: string; isGateway?: boolean }) {
  const detail = workloadDetail({ manualProxyImage: 'istio/proxyv2:1.25.1', isGateway });
  return {
    ...found({ workloads: [detail] }, { workloads: [workload({})] }),
    refusedInjections: new Map(refused === undefined ? [] : [[detail.uid, refused]]),
  };
}

/** Bare pods are made again, unless they say otherwise. */
const RECREATING = {
  ...samplePolicy(),
  restart: { ...samplePolicy().restart, recreateBarePods: true },
};

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
    policy: 'refuses what was injected by hand and cannot be injected again, with the reason',
    given: injectedByHand({ refused: 'no Deployment shop/cart is there' }),
    expected: [['blocking', CART]],
    says: 'no Deployment shop/cart is there',
    nearMiss: { what: 'one whose original is there', given: injectedByHand({}) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a gateway whose proxy its installer put there, whatever originals are given',
    given: injectedByHand({ isGateway: true }),
    expected: [['blocking', CART]],
    says: 'only the installer upgrades',
    nearMiss: { what: 'what is no gateway', given: injectedByHand({}) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses an Argo Rollout whose proxy image is pinned',
    given: detailed(
      { kind: 'Rollout', pinnedProxyImage: 'docker.io/istio/proxyv2:1.25.1' },
      'Rollout',
    ),
    expected: [['blocking', 'Rollout shop/cart']],
    nearMiss: {
      what: 'one whose image the injector chooses',
      given: detailed({ kind: 'Rollout' }, 'Rollout'),
    },
  },
  {
    code: 'WorkloadLeft',
    policy: 'asks about a bare pod of which nobody says that it may be made again',
    given: withLoosePod({ name: 'lone', recreation: {} }),
    expected: [['overridable', 'Pod shop/lone']],
    says: 'nobody would bring it back',
    nearMiss: {
      what: 'one of which somebody does',
      given: withLoosePod({ name: 'lone', recreation: { wanted: true } }),
    },
  },
  {
    code: 'WorkloadLeft',
    policy: 'asks about a bare pod that says for itself that it may not be made again',
    given: { ...withLoosePod({ recreation: { wanted: false } }), policy: RECREATING },
    expected: [['overridable', 'Pod shop/lone']],
    nearMiss: {
      what: 'one that says nothing, where the policy says it',
      given: { ...withLoosePod({ recreation: {} }), policy: RECREATING },
    },
  },
  {
    code: 'WorkloadLeft',
    policy: 'asks about a bare pod that cannot be made again',
    given: withLoosePod({ recreation: { wanted: true, cannot: 'its manifest has a proxy' } }),
    expected: [['overridable', 'Pod shop/lone']],
    says: 'it cannot be made again: its manifest has a proxy',
    nearMiss: { what: 'one that can', given: withLoosePod({ recreation: { wanted: true } }) },
  },
  {
    code: 'WorkloadLeft',
    policy: 'asks about a bare pod in a namespace that no wave moves',
    given: withLoosePod({ namespace: 'bystander', recreation: { wanted: true } }),
    expected: [['overridable', 'Pod bystander/lone']],
    nearMiss: {
      what: 'one in a namespace that selects a revision',
      given: withLoosePod({ recreation: { wanted: true } }),
    },
  },
  {
    code: 'WorkloadLeft',
    policy: 'asks about the pods of an owner that it does not know, once for all of them',
    given: found({
      loosePods: ['a', 'b'].map((name) =>
        loosePodDetail({ name, ownerKind: 'CloneSet', ownerName: 'search' }),
      ),
    }),
    expected: [['overridable', 'CloneSet shop/search']],
    says: 'found a, b left on 1-25-1: a CloneSet makes its pods',
    nearMiss: {
      what: 'a Job, which ends by itself',
      given: withLoosePod({ ownerKind: 'Job', ownerName: 'batch' }),
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
    policy: 'asks about the pods of a target that Flagger analyses',
    given: detailed({ progressiveDelivery: 'Canary shop/cart', deliveryRole: 'target' }),
    expected: [['overridable', CART]],
    nearMiss: {
      what: 'a target without pods, whose copy serves',
      given: detailed({
        progressiveDelivery: 'Canary shop/cart',
        deliveryRole: 'target',
        podsWithProxy: 0,
        replicas: 0,
      }),
    },
  },
  {
    code: 'ProgressiveDelivery',
    policy: 'asks about the pods of a Deployment that lends its template to an Argo Rollout',
    given: detailed({ progressiveDelivery: 'Rollout shop/cart', deliveryRole: 'template' }),
    expected: [['overridable', CART]],
    nearMiss: {
      what: 'the copy of a target, whose template nobody watches',
      given: detailed({ progressiveDelivery: 'Canary shop/cart', deliveryRole: 'primary' }),
    },
  },
  {
    code: 'ProgressiveDelivery',
    policy: 'asks about a target and not about its copy',
    given: detailed({ progressiveDelivery: 'Canary shop/cart', deliveryRole: 'target' }),
    expected: [['overridable', CART]],
    nearMiss: {
      what: 'a Rollout, which has a restart of its own',
      given: detailed(
        { kind: 'Rollout', progressiveDelivery: 'Rollout shop/cart', deliveryRole: 'rollout' },
        'Rollout',
      ),
    },
  },
];
