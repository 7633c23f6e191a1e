import type { PodFacts } from '../mesh/interpret-pods.ts';
import type { ObservedWorkload } from '../mesh/observed-mesh.ts';
import { describeCount } from '../rollout/describe-count.ts';
import type { Condition } from './verdict.ts';

/** How many names a message lists before it only counts. */
const NAMED = 5;

/** Ready pods against desired ones, over the workloads of some namespaces. */
export function assessWorkloads(workloads: readonly ObservedWorkload[]): Condition {
  const type = 'WorkloadsReady';
  const short = workloads.filter(({ readyPods, desiredPods }) => readyPods < desiredPods);
  const pods = workloads.reduce((sum, { desiredPods }) => sum + desiredPods, 0);
  if (short.length === 0) {
    return {
      type,
      status: 'Healthy',
      message: `${describeCount(workloads.length, 'workload')} with ${describeCount(pods, 'pod')} ready`,
    };
  }
  const names = short.map(
    ({ namespace, name, readyPods, desiredPods }) =>
      `${namespace}/${name} ${readyPods}/${desiredPods}`,
  );
  return { type, status: 'Progressing', message: `not ready: ${listNames(names)}` };
}

/** Pods that will not get well by waiting. */
export function assessPods(pods: readonly PodFacts[]): Condition {
  const type = 'PodsRun';
  const sick = pods.filter(
    ({ trouble, terminating, finished }) => trouble !== undefined && !terminating && !finished,
  );
  if (sick.length === 0) return { type, status: 'Healthy', message: 'no pod is in trouble' };
  const names = sick.map(
    ({ namespace, name, trouble, revision }) =>
      `${namespace}/${name} ${trouble ?? ''} (${revision === undefined ? 'no proxy' : `proxy of ${revision}`})`,
  );
  return { type, status: 'Degraded', message: `in trouble: ${listNames(names)}` };
}

/** `a, b and 7 more`. */
export function listNames(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return rest > 0 ? `${names.slice(0, NAMED).join(', ')} and ${rest} more` : names.join(', ');
}
