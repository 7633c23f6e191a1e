import type { ApiClient } from '../../rig/kubernetes/client.ts';
import { isReady } from '../../rig/kubernetes/readiness.ts';
import {
  listFarmWorkloads,
  listPaged,
  type FarmWorkload,
} from '../../rig/mesh/farm-live/wait-for-workloads.ts';
import type { Budget, PodName } from '../measure/below-budget.ts';
import type { CountedWorkload } from '../measure/restarts.ts';

/** The farm as it stands at one moment. */
export interface Snapshot {
  readonly workloads: readonly SeenWorkload[];
  readonly budgets: readonly Budget[];
  /** Those that are not being deleted. */
  readonly pods: readonly SeenPod[];
}

export interface SeenWorkload extends CountedWorkload {
  readonly generation: number;
  readonly budget: Budget | undefined;
  readonly source: FarmWorkload;
}

export interface SeenPod extends PodName {
  readonly uid: string;
  readonly isReady: boolean;
  /** Which control plane injected it; empty for none. */
  readonly revision: string;
}

export async function takeSnapshot(client: ApiClient): Promise<Snapshot> {
  const budgets = await listPaged<LiveBudget>(client, '/apis/policy/v1/poddisruptionbudgets');
  const resolved = budgets.map(({ metadata: { namespace, name }, spec, status }) => ({
    budget: { namespace, name, desiredHealthy: status?.desiredHealthy ?? 0 },
    labels: Object.entries(spec.selector?.matchLabels ?? {}),
  }));
  const workloads = (await listFarmWorkloads(client)).map((source): SeenWorkload => {
    const { metadata, spec, status } = source.workload;
    const { namespace, name, generation } = metadata;
    const labels = templateLabels(source);
    const covering = resolved.find(
      (each) =>
        each.budget.namespace === namespace &&
        each.labels.every(([key, value]) => labels[key] === value),
    );
    const pods = status?.desiredNumberScheduled ?? spec.replicas ?? 1;
    const kind = KINDS[source.resource];
    return { kind, namespace, name, generation, pods, budget: covering?.budget, source };
  });
  const pods = await listPaged<LivePod>(client, '/api/v1/pods');
  return {
    workloads,
    budgets: resolved.map(({ budget }) => budget),
    pods: pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(seePod),
  };
}

const KINDS = {
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  replicasets: 'ReplicaSet',
} as const;

function templateLabels({ workload }: FarmWorkload): Readonly<Record<string, string>> {
  const { template } = workload.spec as {
    readonly template?: { readonly metadata?: { readonly labels?: Record<string, string> } };
  };
  return template?.metadata?.labels ?? {};
}

function seePod(pod: LivePod): SeenPod {
  const { namespace, name, uid, annotations } = pod.metadata;
  return {
    namespace,
    name,
    uid,
    isReady: isReady(pod),
    revision: annotations?.['istio.io/rev'] ?? '',
  };
}

interface LivePod {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

interface LiveBudget {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  };
  readonly status?: { readonly desiredHealthy?: number };
}
