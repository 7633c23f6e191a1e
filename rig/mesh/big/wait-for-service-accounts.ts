import type { V1ServiceAccount } from '@kubernetes/client-node';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../kubernetes/client.ts';

const LOOK_MS = 500;
const TIMEOUT_MS = 60_000;

/** Without it the API server takes no pod in a namespace. */
export async function waitForServiceAccounts(
  client: ApiClient,
  namespaces: readonly string[],
): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (const name of namespaces) {
    const path = `/api/v1/namespaces/${name}/serviceaccounts/default`;
    while ((await client.find<V1ServiceAccount>(path)) === undefined) {
      if (Date.now() > deadline) throw new Error(`no service account in ${name}`);
      await delay(LOOK_MS);
    }
  }
}
