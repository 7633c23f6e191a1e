import { ApplicationFailure } from '@temporalio/activity';
import type { Activities } from '../../src/activities/index.ts';
import type { WaveResult } from '../../src/activities/restart/wave-checkpoint.ts';
import { toFailure } from '../../src/activities/failures.ts';
import { judge } from '../../src/activities/time/read-verdict.ts';
import { outsideWindow } from '../../src/activities/time/window-guard.ts';
import type { WindowNeed } from '../../src/activities/time/window-need.ts';
import type { FailureType } from '../../src/domain/failure-type.ts';
import type {
  Freeze,
  MaintenanceWindow,
  WindowVerdict,
} from '../../src/domain/time/maintenance-window.ts';
import type { Stage } from './workflow-stage.ts';

/** A change of the mesh, by the clock of its cluster. */
export interface TimedChange {
  readonly what: string;
  /** ISO 8601, to the minute. */
  readonly at: string;
}

/** A cluster with a clock of its own, on which windows and freezes hold. */
export interface TimedCluster {
  readonly activities: Partial<Activities>;
  /** What was changed, and when, in order. */
  readonly changes: readonly TimedChange[];
  /** In force from the next look on. */
  freezes: readonly Freeze[];
  now(): Promise<number>;
  /** Its clock goes on that much, as while something takes long. */
  pass(hours: number): void;
}

export interface TimedOptions {
  /** What its clock shows as the run begins. */
  readonly begin: string;
  readonly windows: readonly MaintenanceWindow[];
  /** Waves that take that many hours; the others a moment. */
  readonly hoursOf?: Readonly<Record<string, number>>;
}

/** The longest time between two looks at what may have changed. */
const LOOK_EVERY_SECONDS = 6 * 3600;

/**
 * Its clock goes with the server's. What changes the mesh is refused outside of its time by the product's
 * own rules; a wave that takes hours does half of its work at a time, and ends where its window does.
 */
export async function createTimedCluster(
  stage: Stage,
  { begin, windows, hoursOf = {} }: TimedOptions,
): Promise<TimedCluster> {
  let ahead = Date.parse(begin) - (await stage.env.currentTimeMs());
  const changes: TimedChange[] = [];
  const now = async (): Promise<number> => (await stage.env.currentTimeMs()) + ahead;
  const look = async (need: WindowNeed): Promise<WindowVerdict> =>
    judge({ kind: 'known', at: await now(), windows, freezes: cluster.freezes }, need, 0);
  const change = async (what: string, need: WindowNeed | undefined): Promise<void> => {
    const verdict = need === undefined ? undefined : await look(need);
    if (verdict?.kind === 'closed') throw toFailure(outsideWindow(verdict));
    changes.push({ what, at: new Date(await now()).toISOString().slice(0, 16) });
  };
  const cluster: TimedCluster = {
    changes,
    freezes: [],
    now,
    pass: (hours) => void (ahead += hours * 3_600_000),
    activities: {
      checkWindow: look,
      awaitWindow: async ({ seen, ...need }) => {
        const verdict = await look(need);
        if (verdict.kind === 'open' || verdict.because !== seen.because) return verdict;
        throw stillClosed(verdict.opensAt, await now());
      },
      applyStep: async ({ step, window }) => {
        await change(step, window);
        return { objects: 3 };
      },
      undoStep: async ({ step, window }) => {
        await change(`undo ${step}`, window);
        return { reverted: 1, foreign: [] };
      },
      restartWorkloads: async ({ step, window, checkpoint }) => {
        await change(`restart ${step}`, window);
        const hours = hoursOf[step] ?? 0;
        if (hours === 0) return { finished: true, done: 2, total: 2, begun: {}, pods: 2 };
        cluster.pass(hours / 2);
        const done = (checkpoint?.done ?? 0) + 1;
        const verdict = window === undefined ? undefined : await look(window);
        const result: WaveResult = { finished: done === 2, done, total: 2, begun: {}, pods: done };
        return verdict?.kind === 'closed' && done < 2 ? { ...result, outside: verdict } : result;
      },
    },
  };
  return cluster;
}

function stillClosed(opensAt: string | undefined, now: number): ApplicationFailure {
  const type: FailureType = 'StillWatching';
  const left =
    opensAt === undefined ? Number.POSITIVE_INFINITY : (Date.parse(opensAt) - now) / 1000;
  const seconds = Math.max(1, Math.min(Math.ceil(left), LOOK_EVERY_SECONDS));
  return ApplicationFailure.create({
    type,
    message: 'closed',
    nextRetryDelay: `${seconds} seconds`,
  });
}
