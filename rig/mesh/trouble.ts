import type { V1ConfigMap } from '@kubernetes/client-node';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../kubernetes/client.ts';
import { objectPath, readManifests, type Manifest } from '../kubernetes/manifest.ts';
import { crashExistingPods } from './crash-existing-pods.ts';
import { STARTING_MESH } from './starting-mesh.ts';
import { buildSlowStage } from './slow-pods.ts';
import { TROUBLE_CONFIG_MAP, TROUBLE_NAMES, TROUBLES, type TroubleName } from './trouble-names.ts';

export { TROUBLE_NAMES, TROUBLES, isTroubleName, type TroubleName } from './trouble-names.ts';

export interface TroubleState {
  readonly name: TroubleName;
  readonly on: boolean;
  readonly description: string;
}

// KWOK, the process kubelet and the egress proxy learn of it by a watch; the caller may act at once.
const NOTICE_MS = 500;
const { namespace, name: configMap } = TROUBLE_CONFIG_MAP;
const CONFIG_MAP_PATH = `/api/v1/namespaces/${namespace}/configmaps/${configMap}`;
const STAGES = new URL('../kubernetes/stages/', import.meta.url);

/** Turns a trouble on or off in a rig that is up; safe to repeat. */
export async function setTrouble(
  kubeconfig: string,
  name: TroubleName,
  on: boolean,
): Promise<void> {
  const client = await ApiClient.fromKubeconfig(kubeconfig);
  try {
    for (const stage of await stagesOf(name)) {
      if (on) await client.apply(stage);
      else await client.delete(objectPath(stage));
    }
    await client.patch(CONFIG_MAP_PATH, 'merge', { data: { [name]: on ? 'on' : 'off' } });
    await delay(NOTICE_MS);
    if (on && name === 'new-proxy-crashes') await crashExistingPods(client);
  } finally {
    client.close();
  }
}

export async function listTroubles(kubeconfig: string): Promise<TroubleState[]> {
  const client = await ApiClient.fromKubeconfig(kubeconfig);
  try {
    const { data } = await client.get<V1ConfigMap>(CONFIG_MAP_PATH);
    return TROUBLE_NAMES.map((name) => ({
      name,
      on: data?.[name] === 'on',
      description: TROUBLES[name],
    }));
  } finally {
    client.close();
  }
}

/** What KWOK must do differently; the other troubles are made by the process kubelet and the egress proxy. */
async function stagesOf(name: TroubleName): Promise<Manifest[]> {
  switch (name) {
    case 'new-proxy-crashes':
      return readManifests(new URL('trouble-new-proxy-crashes.yaml', STAGES), {
        STARTING_VERSION: STARTING_MESH.version,
      });
    case 'slow-pods':
      return [buildSlowStage(await readManifests(new URL('pods.yaml', STAGES)))];
    case 'new-istiod-not-ready':
    case 'webhook-down':
      return [];
  }
}
