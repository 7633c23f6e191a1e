import { isAnswered, type AuditEvent } from './audit-event.ts';
import type { PodChange } from './pod-changes.ts';
import type { OwnerRef } from './pod-owner.ts';

export interface TimedWorkloads<T extends OwnerRef> {
  readonly events: readonly AuditEvent[];
  readonly changes: readonly PodChange[];
  readonly users: ReadonlySet<string>;
  readonly workloads: readonly T[];
  readonly ownerOf: (pod: PodChange) => T | undefined;
}

/** Seconds from these users' first change of each workload until its last pod turned ready; without those that never did. */
export function timeEach<T extends OwnerRef>(input: TimedWorkloads<T>): readonly number[] {
  const lastReady = new Map<T, number>();
  for (const change of input.changes) {
    const owner = change.kind === 'ready' ? input.ownerOf(change) : undefined;
    if (owner !== undefined) lastReady.set(owner, change.at);
  }
  const begun = firstChanges(input);
  return input.workloads.flatMap((workload) => {
    const from = begun.get(keyOf(workload));
    const to = lastReady.get(workload);
    return from === undefined || to === undefined || to < from ? [] : [(to - from) / 1000];
  });
}

const RESOURCES: Readonly<Record<OwnerRef['kind'], string>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  ReplicaSet: 'replicasets',
};

function keyOf({ kind, namespace, name }: OwnerRef): string {
  return `${RESOURCES[kind]} ${namespace}/${name}`;
}

function firstChanges({
  events,
  users,
}: Pick<TimedWorkloads<OwnerRef>, 'events' | 'users'>): ReadonlyMap<string, number> {
  const begun = new Map<string, number>();
  for (const event of events) {
    const { at, user, verb, resource, subresource, namespace, name } = event;
    const key = `${resource} ${namespace}/${name}`;
    if (verb !== 'patch' || subresource !== '' || !users.has(user) || begun.has(key)) continue;
    if (isAnswered(event)) begun.set(key, at);
  }
  return begun;
}

/**
 * The least time that so many at once need for work of these lengths, if nothing else took any time:
 * all of it shared evenly, and no less than the longest.
 */
export function lowerBoundSeconds(each: readonly number[], parallel: number): number | undefined {
  if (each.length === 0) return undefined;
  const sum = each.reduce((total, seconds) => total + seconds, 0);
  return Math.max(sum / parallel, ...each);
}
