import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../rig/kubernetes/client.ts';
import { buildInstallArgs, buildTagArgs, runIstioctl } from '../../rig/mesh/istioctl.ts';
import { inParallel } from '../../rig/mesh/big/in-parallel.ts';
import {
  listFarmWorkloads,
  waitForWorkloads,
} from '../../rig/mesh/farm-live/wait-for-workloads.ts';
import type { LiveNamespace } from '../../rig/mesh/farm-live/plan-farm.ts';
import { STARTING_MESH } from '../../rig/mesh/starting-mesh.ts';
import { TARGET } from '../../rig/demo/follow-run.ts';
import type { RigEndpoints } from '../../rig/rig-state.ts';
import path from 'node:path';

/** Where the mesh is: on the revision it began with, or on the other one. */
export const SIDES = ['old', 'new'] as const;
export type Side = (typeof SIDES)[number];

export const REVISIONS = {
  old: { version: STARTING_MESH.version, revision: STARTING_MESH.revision },
  new: TARGET,
} as const;

export interface TwoRevisionsOptions {
  readonly endpoints: RigEndpoints;
  readonly client: ApiClient;
  readonly farm: readonly LiveNamespace[];
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The tag of the mesh that the farm's namespaces follow. */
const [TAG] = STARTING_MESH.tags;
/** Until the API server asks the webhook that the selector points to now. */
const NOTICE_MS = 3_000;
const PARALLEL = 10;
const GONE_TIMEOUT_MS = 60_000;

/** Puts the mesh where a round begins, outside of what is measured, as the rig's administrator. */
export class TwoRevisions {
  readonly #options: TwoRevisionsOptions;
  #side: Side = 'old';
  #hasBoth = false;

  constructor(options: TwoRevisionsOptions) {
    this.#options = options;
  }

  /** Both revisions run, and the selectors point to the one that the pods are not on; answers which. */
  async prepareForScript(): Promise<Side> {
    if (!this.#hasBoth) {
      await this.#istioctl('new', buildInstallArgs(REVISIONS.new.revision));
      this.#hasBoth = true;
    }
    this.#side = this.#side === 'old' ? 'new' : 'old';
    await this.#select(this.#side);
    return this.#side;
  }

  /** Everything is on the revision that the mesh began with, and the other one is not installed. */
  async prepareForUpgrade(): Promise<void> {
    if (this.#side === 'new') await this.#goBack();
    if (!this.#hasBoth) return;
    const { revision } = REVISIONS.new;
    await this.#istioctl('new', ['uninstall', '-y', '--revision', revision]);
    await this.#untilGone(revision);
    this.#hasBoth = false;
  }

  async #goBack(): Promise<void> {
    const { client, say, signal } = this.#options;
    say('bringing the mesh back to its first revision (not measured)');
    await this.#select('old');
    const restartedAt = new Date().toISOString();
    const annotations = { 'kubectl.kubernetes.io/restartedAt': restartedAt };
    const body = { spec: { template: { metadata: { annotations } } } };
    const workloads = await listFarmWorkloads(client);
    await inParallel(workloads, { limit: PARALLEL, signal }, ({ resource, workload }) => {
      const { namespace, name } = workload.metadata;
      return client.patch(
        `/apis/apps/v1/namespaces/${namespace}/${resource}/${name}`,
        'merge',
        body,
      );
    });
    await waitForWorkloads(client, { log: say, signal });
    this.#side = 'old';
  }

  async #select(side: Side): Promise<void> {
    const { client, farm, signal } = this.#options;
    const { revision } = REVISIONS[side];
    await this.#istioctl(side, buildTagArgs(TAG, revision));
    const byName = farm.filter(({ labels }) => labels['istio.io/rev'] !== TAG);
    await inParallel(byName, { limit: PARALLEL, signal }, ({ name }) =>
      client.patch(`/api/v1/namespaces/${name}`, 'merge', {
        metadata: { labels: { 'istio.io/rev': revision } },
      }),
    );
    await delay(NOTICE_MS, undefined, { signal });
  }

  async #untilGone(revision: string): Promise<void> {
    const { client, signal } = this.#options;
    const pods = `/api/v1/namespaces/istio-system/pods?labelSelector=${encodeURIComponent(`istio.io/rev=${revision}`)}`;
    const deadline = Date.now() + GONE_TIMEOUT_MS;
    while ((await client.get<{ readonly items: readonly unknown[] }>(pods)).items.length > 0) {
      if (Date.now() > deadline) throw new Error(`istiod of ${revision} does not go`);
      await delay(NOTICE_MS / 3, undefined, { signal });
    }
  }

  async #istioctl(side: Side, args: readonly string[]): Promise<void> {
    const { endpoints, signal } = this.#options;
    const istioctl = path.join(endpoints.binDir, `istioctl-${REVISIONS[side].version}`);
    await runIstioctl({ istioctl, kubeconfig: endpoints.kubeconfigs.rig, args, signal });
  }
}
