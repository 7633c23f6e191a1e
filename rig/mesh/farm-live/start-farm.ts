import { ApiClient } from '../../kubernetes/client.ts';
import { objectPath, type Manifest } from '../../kubernetes/manifest.ts';
import { inParallel } from '../big/in-parallel.ts';
import { waitForServiceAccounts } from '../big/wait-for-service-accounts.ts';
import { buildFarmNamespace, buildFarmWorkload, changeOnceReady } from './farm-objects.ts';
import { buildFarmStages } from './farm-stages.ts';
import { planFarm, type LiveFarmSize, type LiveNamespace } from './plan-farm.ts';
import { waitForWorkloads } from './wait-for-workloads.ts';

export interface LiveFarmOptions extends LiveFarmSize {
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

const PARALLEL = 16;

/**
 * Fills the mesh of a rig with workloads that its controllers run, its injector injects and KWOK
 * makes ready, and returns once all of them are. They can be restarted like any other.
 */
export async function startLiveFarm(
  kubeconfig: string,
  { log, signal, ...size }: LiveFarmOptions,
): Promise<readonly LiveNamespace[]> {
  const farm = planFarm(size);
  const client = await ApiClient.fromKubeconfig(kubeconfig);
  const common = { limit: PARALLEL, ...(signal ? { signal } : {}) };
  try {
    for (const stage of await buildFarmStages()) await client.apply(stage);
    await inParallel(farm, common, (namespace) => client.apply(buildFarmNamespace(namespace)));
    await waitForServiceAccounts(
      client,
      farm.map(({ name }) => name),
    );
    const wanted = farm.flatMap(({ name, workloads }) =>
      workloads.map((workload) => buildFarmWorkload(name, workload)),
    );
    await inParallel(wanted, common, (manifests) => create(client, manifests));
    log(
      `${wanted.length} workloads in ${farm.length} namespaces are made; waiting until they are ready`,
    );
    await waitForWorkloads(client, { log, ...(signal ? { signal } : {}) });
    await inParallel(changesOnceReady(farm), common, ({ path, change }) =>
      client.patch(path, 'merge', change),
    );
    return farm;
  } finally {
    client.close();
  }
}

function changesOnceReady(farm: readonly LiveNamespace[]): readonly FarmChange[] {
  return farm.flatMap(({ name: namespace, workloads }) =>
    workloads.flatMap((workload): FarmChange[] => {
      const change = changeOnceReady(workload);
      const manifest = buildFarmWorkload(namespace, workload).at(-1);
      if (change === undefined || manifest === undefined) return [];
      return [{ path: objectPath(manifest), change }];
    }),
  );
}

interface FarmChange {
  readonly path: string;
  readonly change: object;
}

/** One after another: a workload's budget is to be there before its pods. */
async function create(client: ApiClient, manifests: readonly Manifest[]): Promise<void> {
  for (const manifest of manifests) {
    const path = objectPath(manifest);
    await client.post(path.slice(0, path.lastIndexOf('/')), manifest);
  }
}
