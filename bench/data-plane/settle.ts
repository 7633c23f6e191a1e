import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../rig/kubernetes/client.ts';
import {
  listPaged,
  waitForWorkloads,
  type WaitOptions,
} from '../../rig/mesh/farm-live/wait-for-workloads.ts';

const LOOK_MS = 2_000;

/** Returns once every workload is rolled out and no pod is on its way out any more. */
export async function settle(client: ApiClient, options: WaitOptions): Promise<void> {
  await waitForWorkloads(client, options);
  const { signal } = options;
  while ((await listPaged<LeavingPod>(client, '/api/v1/pods')).some(isLeaving)) {
    await delay(LOOK_MS, undefined, signal ? { signal } : {});
  }
}

interface LeavingPod {
  readonly metadata: { readonly deletionTimestamp?: string };
}

function isLeaving({ metadata }: LeavingPod): boolean {
  return metadata.deletionTimestamp !== undefined;
}
