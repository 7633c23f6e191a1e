import type { V1Pod } from '@kubernetes/client-node';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../kubernetes/client.ts';
import { isReady } from '../kubernetes/readiness.ts';
import { STARTING_MESH } from './starting-mesh.ts';

const ATTEMPTS = 5;
// Longer than the stage waits: a change in between would make it begin its wait again.
const PAUSE_MS = 2_500;

/** KWOK looks at a pod only when it changes: those that run quietly are touched until they have noticed. */
export async function crashExistingPods(client: ApiClient): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await delay(PAUSE_MS);
    const { items } = await client.get<{ items: V1Pod[] }>('/api/v1/pods');
    const quiet = items.filter((pod) => hasNewerProxy(pod) && isReady(pod));
    if (quiet.length === 0) return;
    await Promise.all(quiet.map((pod) => touch(client, pod)));
  }
}

function hasNewerProxy({ spec }: V1Pod): boolean {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const proxy = containers.find(({ name }) => name === 'istio-proxy');
  return proxy !== undefined && !proxy.image?.endsWith(`:${STARTING_MESH.version}`);
}

async function touch(client: ApiClient, { metadata }: V1Pod): Promise<void> {
  const now = new Date().toISOString();
  const noticed = { type: 'rig/trouble-noticed', status: 'True', lastProbeTime: now };
  await client.patch(
    `/api/v1/namespaces/${metadata?.namespace ?? ''}/pods/${metadata?.name ?? ''}/status`,
    'strategic',
    { status: { conditions: [noticed] } },
  );
}
