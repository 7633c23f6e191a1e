import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../kubernetes/client.ts';
import { UserError } from '../../user-error.ts';
import { FARM_LABEL } from './farm-objects.ts';

/** As much of a Deployment, StatefulSet, DaemonSet or ReplicaSet as tells whether its rollout is through. */
export interface RollingWorkload {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly generation: number;
    readonly ownerReferences?: readonly unknown[];
  };
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
  };
}

export const WORKLOAD_RESOURCES = [
  'deployments',
  'statefulsets',
  'daemonsets',
  'replicasets',
] as const;
export type WorkloadResource = (typeof WORKLOAD_RESOURCES)[number];

export interface WaitOptions {
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

const LOOK_MS = 1_500;
const TELL_MS = 15_000;
/** Longer without one more workload that is through, and something is stuck. */
const STALL_MS = 180_000;
const NAMES_TOLD = 5;
/** One answer of all would be tens of megabytes. */
const PAGE = 500;

/** Returns once every workload of the farm is rolled out and ready; tells how far it is now and then. */
export async function waitForWorkloads(
  client: ApiClient,
  { log, signal }: WaitOptions,
): Promise<void> {
  let progress = { waiting: Number.POSITIVE_INFINITY, since: Date.now() };
  let toldAt = Date.now();
  for (;;) {
    const all = await listFarmWorkloads(client);
    const waiting = all.filter((each) => !isRolledOut(each)).map(({ workload }) => workload);
    if (all.length > 0 && waiting.length === 0) return;
    if (waiting.length < progress.waiting)
      progress = { waiting: waiting.length, since: Date.now() };
    if (Date.now() - progress.since > STALL_MS) throw new UserError(describeStall(waiting));
    if (Date.now() - toldAt > TELL_MS) {
      log(`${all.length - waiting.length} of ${all.length} workloads are ready`);
      toldAt = Date.now();
    }
    await delay(LOOK_MS, undefined, signal ? { signal } : {});
  }
}

export interface FarmWorkload {
  readonly resource: WorkloadResource;
  readonly workload: RollingWorkload;
}

/** Without what belongs to another of them, and without what runs to its end. */
export async function listFarmWorkloads(client: ApiClient): Promise<readonly FarmWorkload[]> {
  const found: FarmWorkload[] = [];
  for (const resource of WORKLOAD_RESOURCES) {
    const items = await listPaged<RollingWorkload>(client, `/apis/apps/v1/${resource}`);
    const own = items.filter(({ metadata }) => metadata.ownerReferences === undefined);
    found.push(...own.map((workload) => ({ resource, workload })));
  }
  return found;
}

/** Everything of the farm in a collection, five hundred at a time. */
export async function listPaged<T>(client: ApiClient, path: string): Promise<readonly T[]> {
  const [[key, value] = ['', '']] = Object.entries(FARM_LABEL);
  const selector = encodeURIComponent(`${key}=${value}`);
  const items: T[] = [];
  let next = '';
  do {
    const query = `labelSelector=${selector}&limit=${PAGE}${next === '' ? '' : `&continue=${next}`}`;
    const page = await client.get<Page<T>>(`${path}?${query}`);
    items.push(...page.items);
    next = encodeURIComponent(page.metadata.continue ?? '');
  } while (next !== '');
  return items;
}

interface Page<T> {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly T[];
}

/** By the counts that `kubectl rollout status` goes by, and no pod of an older template left. */
export function isRolledOut({ resource, workload }: FarmWorkload): boolean {
  const { metadata, spec, status = {} } = workload;
  if ((status.observedGeneration ?? 0) < metadata.generation) return false;
  if (status.desiredNumberScheduled !== undefined) {
    const wanted = status.desiredNumberScheduled;
    return (
      wanted > 0 && status.updatedNumberScheduled === wanted && status.numberAvailable === wanted
    );
  }
  const wanted = spec.replicas ?? 1;
  const { replicas = 0, availableReplicas = 0 } = status;
  // A ReplicaSet has no pods of another template to tell apart.
  const { updatedReplicas = resource === 'replicasets' ? replicas : 0 } = status;
  return [replicas, updatedReplicas, availableReplicas].every((count) => count === wanted);
}

function describeStall(waiting: readonly RollingWorkload[]): string {
  const names = waiting.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const rest = names.length - NAMES_TOLD;
  const told = `${names.slice(0, NAMES_TOLD).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return `no workload of the farm has turned ready for ${STALL_MS / 1000} s; not ready: ${told}`;
}
