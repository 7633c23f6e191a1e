import type { V1Pod } from '@kubernetes/client-node';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../kubernetes/client.ts';
import { STARTING_MESH } from './starting-mesh.ts';

const ATTEMPTS = 6;
const PAUSE_MS = 1_500;

/**
 * KWOK looks at a pod only when it changes, and learns of a new stage a moment after it was applied: pods that
 * run quietly are touched until they have noticed.
 */
export async function crashExistingPods(client: ApiClient): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await delay(attempt === 0 ? PAUSE_MS / 3 : PAUSE_MS);
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

function isReady({ status }: V1Pod): boolean {
  return (
    status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  );
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
