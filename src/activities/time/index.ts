import type { ClosedWindow, WindowVerdict } from '../../domain/time/maintenance-window.ts';
import type { RunRef } from '../run-ref.ts';
import { withCluster } from '../with-cluster.ts';
import { awaitWindow, checkWindow } from './check-window.ts';
import { timeSource, type ConfigNow } from './in-time.ts';
import type { WindowNeed } from './window-need.ts';

export interface TimeActivities {
  /** Whether the mesh may be changed now, by windows and freezes as they are now. */
  checkWindow(input: RunRef & WindowNeed): Promise<WindowVerdict>;
  /** The same once it is another answer than was seen. */
  awaitWindow(input: RunRef & WindowNeed & { readonly seen: ClosedWindow }): Promise<WindowVerdict>;
}

export function createTimeActivities({ config, readConfig }: ConfigNow): TimeActivities {
  return {
    checkWindow: (input) =>
      withCluster(config, input, (access) =>
        checkWindow(timeSource(access, input, readConfig), input),
      ),
    awaitWindow: (input) =>
      withCluster(config, input, (access) =>
        awaitWindow(timeSource(access, input, readConfig), input, input.seen),
      ),
  };
}
