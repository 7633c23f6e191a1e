import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { Config } from '../../config/config.ts';
import type { Heart } from '../heartbeat.ts';
import { recordOf } from '../load-plan.ts';
import { readJournal } from '../record/step-journal.ts';
import type { RunRef, StepRef } from '../run-ref.ts';
import { withCluster } from '../with-cluster.ts';
import type { TimeSource } from './read-verdict.ts';
import { createWindowGuard, guarded, type WindowGuard } from './window-guard.ts';
import type { InTime } from './window-need.ts';

/** Where the times of a run's mesh are read. */
export function timeSource(
  { worker }: ClusterAccess,
  { cluster, meshNamespace }: RunRef,
  readConfig: () => Config,
): TimeSource {
  return { kubernetes: worker, cluster, meshNamespace, readConfig };
}

export interface ConfigNow {
  readonly config: Config;
  /** `meshlift.yaml` as it is now. */
  readonly readConfig: () => Config;
}

/**
 * Runs activity code that changes the mesh. Before anything is begun, and before each change, a window
 * has to be open and no freeze may hold; else it fails with `OutsideWindow`. What takes long is not begun
 * where it cannot end; what has begun goes on as long as it may.
 */
export async function inTime<T>(
  { config, readConfig }: ConfigNow,
  input: StepRef & InTime,
  work: (access: ClusterAccess, heart: Heart, guard: WindowGuard | undefined) => Promise<T>,
): Promise<T> {
  return withCluster(config, input, async (access, heart) => {
    const { window } = input;
    if (window === undefined) return work(access, heart, undefined);
    const guard = createWindowGuard(timeSource(access, input, readConfig), window);
    const hasBegun =
      window.seconds !== undefined &&
      (await readJournal(recordOf(access, input), input.step)) !== undefined;
    await guard.assertOpen(hasBegun ? undefined : window.seconds);
    return work(guarded(access, guard), heart, guard);
  });
}
