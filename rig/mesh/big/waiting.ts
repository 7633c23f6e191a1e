import type { V1ServiceAccount } from '@kubernetes/client-node';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../kubernetes/client.ts';

const LOOK_MS = 500;
const TIMEOUT_MS = 600_000;

/** Without it the API server takes no pod in a namespace. */
export async function waitForServiceAccounts(
  client: ApiClient,
  namespaces: readonly string[],
): Promise<void> {
  for (const name of namespaces) {
    await until(
      async () =>
        (await client.find<V1ServiceAccount>(
          `/api/v1/namespaces/${name}/serviceaccounts/default`,
        )) !== undefined,
      `a service account in ${name}`,
    );
  }
}

export async function untilNoneIsPending(client: ApiClient, signal?: AbortSignal): Promise<void> {
  await until(
    async () => {
      const path = '/api/v1/pods?fieldSelector=status.phase%3DPending&limit=1';
      const { items } = await client.get<{ items: readonly unknown[] }>(path);
      return items.length === 0;
    },
    'every pod to run',
    signal,
  );
}

async function until(
  look: () => Promise<boolean>,
  what: string,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`waited ${TIMEOUT_MS / 1000} s for ${what}`);
    await delay(LOOK_MS, undefined, signal ? { signal } : {});
  }
}
