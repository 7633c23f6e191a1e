import { openCluster } from '../../clients/cluster-access.ts';
import type { WindowVerdict } from '../../domain/time/maintenance-window.ts';
import { checkWindow } from '../time/check-window.ts';
import type { ConfigNow } from '../time/in-time.ts';
import { clusterConfig } from '../with-cluster.ts';

/** Whether the window is open now, by the cluster's clock, and no freeze holds. */
export async function checkOpening(
  { config, readConfig }: ConfigNow,
  { cluster, window }: { readonly cluster: string; readonly window: string },
): Promise<WindowVerdict> {
  const entry = clusterConfig(config, cluster);
  const kubernetes = openCluster(entry).worker;
  const { meshNamespace } = entry;
  return checkWindow(
    { kubernetes, meshNamespace, cluster, readConfig },
    { phase: 'prepare', windows: [window] },
  );
}
