import { isAnswered, type AuditEvent } from './audit-event.ts';
import type { PodName } from './below-budget.ts';
import type { PodChange } from './pod-changes.ts';
import type { OwnerRef } from './pod-owner.ts';

/** A workload and how many pods it has. */
export interface CountedWorkload extends OwnerRef {
  readonly pods: number;
}

export interface Restarts {
  /** Pods that were made in place of others. */
  readonly podsMade: number;
  /** Pods beyond one for each that there was: somebody was restarted twice. */
  readonly podsMadeAgain: number;
  /** Pods that were made for those that the rig itself took away; they count nowhere else. */
  readonly podsLost: number;
  /** Rounds of pods that the most restarted workload went through. */
  readonly mostPerWorkload: number;
}

export function countRestarts(
  changes: readonly PodChange[],
  {
    workloads,
    ownerOf,
    losses = [],
  }: {
    readonly workloads: readonly CountedWorkload[];
    readonly ownerOf: (pod: PodName) => CountedWorkload | undefined;
    readonly losses?: readonly PodName[];
  },
): Restarts {
  const lost = losses.flatMap((pod) => ownerOf(pod) ?? []);
  const made = new Map<CountedWorkload, number>(workloads.map((each) => [each, 0]));
  for (const change of changes) {
    const owner = change.kind === 'made' ? ownerOf(change) : undefined;
    if (owner !== undefined) made.set(owner, (made.get(owner) ?? 0) + 1);
  }
  for (const owner of lost) made.set(owner, (made.get(owner) ?? 0) - 1);
  const counts = [...made].map(([{ pods }, count]) => ({ pods, count }));
  return {
    podsMade: counts.reduce((sum, { count }) => sum + count, 0),
    podsMadeAgain: counts.reduce((sum, { pods, count }) => sum + Math.max(0, count - pods), 0),
    podsLost: lost.length,
    mostPerWorkload: counts.reduce(
      (most, { pods, count }) => Math.max(most, Math.ceil(count / Math.max(1, pods))),
      0,
    ),
  };
}

const WORKLOADS: ReadonlySet<string> = new Set(['deployments', 'statefulsets', 'daemonsets']);

/** When these users first and last changed a workload or took a pod away; undefined when they never did. */
export function restartSpan(
  events: readonly AuditEvent[],
  users: ReadonlySet<string>,
): { readonly first: number; readonly last: number } | undefined {
  const moments = events.filter((event) => users.has(event.user) && isRestart(event));
  const [first] = moments;
  const last = moments.at(-1);
  return first === undefined || last === undefined ? undefined : { first: first.at, last: last.at };
}

function isRestart(event: AuditEvent): boolean {
  const { verb, resource, subresource } = event;
  if (!isAnswered(event)) return false;
  if (WORKLOADS.has(resource)) return subresource === '' && (verb === 'patch' || verb === 'update');
  if (resource !== 'pods') return false;
  return (
    (verb === 'create' && subresource === 'eviction') || (verb === 'delete' && subresource === '')
  );
}
