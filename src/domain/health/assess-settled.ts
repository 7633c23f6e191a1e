import type { KubernetesObject } from '../kubernetes-object.ts';
import type { PodFacts } from '../mesh/interpret-pods.ts';
import type { RestartableKind } from '../mesh/observed-mesh.ts';
import type { NewProxy } from '../planning/wave-target.ts';
import { describeCount } from '../rollout/describe-count.ts';

interface StatusShape {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
  };
}

/** Why a workload is not whole yet after its restart was taken back; `undefined` when it is. */
export function assessSettled(facts: {
  readonly kind: RestartableKind;
  readonly workload: KubernetesObject | undefined;
  readonly pods: readonly PodFacts[];
  readonly newProxy: NewProxy;
}): string | undefined {
  const { kind, workload, pods, newProxy } = facts;
  if (workload === undefined) return undefined;
  const { spec, status } = workload as KubernetesObject & StatusShape;
  const desired =
    kind === 'DaemonSet' ? (status?.desiredNumberScheduled ?? 0) : (spec?.replicas ?? 1);
  const current = pods.filter(({ terminating }) => !terminating);
  const stillNew = current.filter(newProxy.isOn).length;
  const ready = current.filter((pod) => pod.ready).length;
  const leaving = pods.length - current.length;
  const isControlled = kind !== 'Pod';
  if (isControlled && (status?.observedGeneration ?? 0) < (workload.metadata.generation ?? 0)) {
    return 'its controller has not seen the change yet';
  }
  if (stillNew > 0)
    return `still there: ${describeCount(stillNew, 'pod')} with the proxy of ${newProxy.name}`;
  if (leaving > 0) return `still leaving: ${describeCount(leaving, 'pod')}`;
  if (ready < desired || current.length > desired)
    return `${ready} of ${describeCount(desired, 'pod')} ready`;
  return undefined;
}
