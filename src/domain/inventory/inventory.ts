import type { ObservedMesh } from '../mesh/observed-mesh.ts';
import type { AutoscalerFacts, BudgetFacts, CapacityFacts } from './capacity.ts';
import type { ControlPlaneDetail, OperatorMark } from './control-plane-detail.ts';
import type { CrdFacts } from './crd-facts.ts';
import type { GatewayFacts, NodeAgentFacts } from './gateway-facts.ts';
import type { InjectorPolicies } from './injector-policy.ts';
import type { Known, UnreadPart } from './known.ts';
import type { NamespaceDetail } from './namespace-detail.ts';
import type { DefaultAnswers, InjectorFacts, ValidatorFacts } from './webhook-facts.ts';
import type { LoosePodDetail, WorkloadDetail } from './workload-detail.ts';
import type { SensitiveResource } from './sensitive-resource.ts';

/**
 * Everything that planning looks at, read once: what the waves need (`mesh`) and what decides
 * whether an upgrade may begin. Plain JSON. A part that could not be read is `unknown`, with why,
 * and becomes a finding; it is never left out in silence.
 */
export interface MeshInventory {
  readonly mesh: ObservedMesh;
  /** One entry per control plane of `mesh`, in the same order. */
  readonly controlPlanes: readonly ControlPlaneDetail[];
  /** Every MutatingWebhookConfiguration that injects, by name. */
  readonly injectors: readonly InjectorFacts[];
  /** Every ValidatingWebhookConfiguration of Istio, by name. */
  readonly validators: readonly ValidatorFacts[];
  readonly defaults: DefaultAnswers;
  /** What each revision's istiod goes by once its webhook was asked. */
  readonly injectorPolicies: InjectorPolicies;
  /** Same order as `mesh.namespaces`. */
  readonly namespaces: readonly NamespaceDetail[];
  /** Every workload that has a proxy, would get one, or says something about injection. */
  readonly workloads: readonly WorkloadDetail[];
  readonly loosePods: readonly LoosePodDetail[];
  /** Proxies connected, summed over the replicas of each revision (`/debug/syncz`). */
  readonly connectedProxies: Known<Readonly<Record<string, number>>>;
  readonly gateways: readonly GatewayFacts[];
  readonly nodeAgents: readonly NodeAgentFacts[];
  readonly crds: Known<readonly CrdFacts[]>;
  /** Resources whose meaning depends on the version: EnvoyFilters, alpha annotations. */
  readonly sensitive: Known<readonly SensitiveResource[]>;
  readonly budgets: Known<readonly BudgetFacts[]>;
  readonly autoscalers: Known<readonly AutoscalerFacts[]>;
  readonly capacity: Known<CapacityFacts>;
  /** Marks of others who manage this mesh. */
  readonly operators: readonly OperatorMark[];
  /** What else could not be read; every entry is a finding. */
  readonly unread: readonly UnreadPart[];
}
