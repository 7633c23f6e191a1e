import { openCluster } from '../../clients/cluster-access.ts';
import type { WindowVerdict } from '../../domain/time/maintenance-window.ts';
import { checkWindow } from '../time/check-window.ts';
import type { ConfigNow } from '../time/in-time.ts';
import { clusterConfig } from '../with-cluster.ts';
import { windowOf } from './read-maintenance.ts';

/**
 * Whether the window is open now, by the cluster's clock, and no freeze holds. A window that the
 * configuration has lost is no closed one: somebody has to be told.
 */
export async function checkOpening(
  { config, readConfig }: ConfigNow,
  { cluster, window }: { readonly cluster: string; readonly window: string },
): Promise<WindowVerdict> {
  windowOf(readConfig(), window);
  const entry = clusterConfig(config, cluster);
  const kubernetes = openCluster(entry).worker;
  const { meshNamespace } = entry;
  return checkWindow(
    { kubernetes, meshNamespace, cluster, readConfig },
    { phase: 'prepare', windows: [window] },
  );
}
