import type { KubernetesObject } from '../kubernetes-object.ts';
import type { PodFacts } from '../mesh/interpret-pods.ts';
import { describeCount } from '../rollout/describe-count.ts';

interface StatusShape {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

/** Texts of others go into failures and reports: so much of one is enough to find the rest. */
const MOST_CHARACTERS = 200;

/** A pod with a container that does not start, or not for long: it will not get better by waiting. */
export function explainSickness(pods: readonly PodFacts[]): string | undefined {
  const sick = pods.find(({ trouble }) => trouble !== undefined);
  if (sick === undefined) return undefined;
  return `pod ${sick.name} is in ${sick.trouble ?? 'trouble'} with ${describeCount(sick.restarts, 'restart')} (proxy of ${sick.revision ?? 'no revision'})`;
}

/**
 * What keeps a workload from having all of its new pods, as far as it and its pods say so: pods that
 * cannot be created (a quota, an admission webhook), cannot be scheduled, do not start, or are not ready.
 */
export function explainStall(
  workload: KubernetesObject,
  pods: readonly PodFacts[],
): string | undefined {
  const { status } = workload as KubernetesObject & StatusShape;
  const refused = status?.conditions?.find(
    ({ type, status: is }) => type === 'ReplicaFailure' && is === 'True',
  );
  if (refused !== undefined)
    return `pods cannot be created: ${cut(refused.message ?? refused.type)}`;
  const homeless = pods.find(({ unscheduled }) => unscheduled !== undefined);
  if (homeless !== undefined) {
    return `pod ${homeless.name} cannot be scheduled: ${cut(homeless.unscheduled ?? '')}`;
  }
  const current = pods.filter(({ terminating }) => !terminating);
  const sick = explainSickness(current);
  if (sick !== undefined) return sick;
  const unready = current.find(({ ready }) => !ready);
  return unready === undefined ? undefined : `pod ${unready.name} is not ready`;
}

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
