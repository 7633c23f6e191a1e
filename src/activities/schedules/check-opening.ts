import type { Config } from '../../config/config.ts';
import type { WindowVerdict } from '../../domain/time/maintenance-window.ts';
import { verdictAt } from '../../domain/time/window-verdict.ts';
import { windowOf } from './read-maintenance.ts';

/** Whether the window is open now, and no freeze holds. */
export function checkOpening(
  config: Config,
  { cluster, window }: { readonly cluster: string; readonly window: string },
): WindowVerdict {
  const freezes = (config.freezes ?? []).filter(
    ({ clusters }) => clusters === undefined || clusters.includes(cluster),
  );
  return verdictAt({ windows: [windowOf(config, window)], freezes, instant: Date.now() });
}
