import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../rig/kubernetes/client.ts';
import {
  listPaged,
  waitForWorkloads,
  type WaitOptions,
} from '../../rig/mesh/farm-live/wait-for-workloads.ts';

const LOOK_MS = 2_000;

/**
 * Returns once every workload is rolled out, no pod is on its way out any more, and no budget takes one
 * for that: an eviction that did not come to pass is held against its budget for two minutes.
 */
export async function settle(client: ApiClient, options: WaitOptions): Promise<void> {
  await waitForWorkloads(client, options);
  const { signal } = options;
  const isUnsettled = async (): Promise<boolean> =>
    (await listPaged<LeavingPod>(client, '/api/v1/pods')).some(isLeaving) ||
    (await listPaged<Budget>(client, BUDGETS)).some(isWaiting);
  while (await isUnsettled()) await delay(LOOK_MS, undefined, signal ? { signal } : {});
}

const BUDGETS = '/apis/policy/v1/poddisruptionbudgets';

interface Budget {
  readonly status?: { readonly disruptedPods?: Readonly<Record<string, string>> };
}

function isWaiting({ status }: Budget): boolean {
  return Object.keys(status?.disruptedPods ?? {}).length > 0;
}

interface LeavingPod {
  readonly metadata: { readonly deletionTimestamp?: string };
}

function isLeaving({ metadata }: LeavingPod): boolean {
  return metadata.deletionTimestamp !== undefined;
}
