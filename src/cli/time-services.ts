import type {
  addFreeze,
  FreezeKeeper,
  listFreezes,
  removeFreeze,
} from '../activities/time/keep-freezes.ts';
import type { Config } from '../config/config.ts';
import type { CommandContext } from './context.ts';

/** Freezes of one cluster's mesh, reached in the command's own process, without Temporal. */
export interface TimeServices {
  readonly config: Config;
  readonly keeper: FreezeKeeper;
  readonly freezes: {
    readonly addFreeze: typeof addFreeze;
    readonly listFreezes: typeof listFreezes;
    readonly removeFreeze: typeof removeFreeze;
  };
}

/** Throws `InvalidRequestError` for an unknown cluster. */
export async function openTime(context: CommandContext, cluster: string): Promise<TimeServices> {
  const config = await context.config();
  const [freezes, { openCluster }, { clusterConfig }] = await Promise.all([
    import('../activities/time/keep-freezes.ts'),
    import('../clients/cluster-access.ts'),
    import('../activities/with-cluster.ts'),
  ]);
  const entry = clusterConfig(config, cluster);
  const { worker } = openCluster(entry, context.signal);
  return { config, freezes, keeper: { kubernetes: worker, meshNamespace: entry.meshNamespace } };
}
