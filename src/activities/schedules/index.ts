import { activityInfo } from '@temporalio/activity';
import type { Advice } from '../../domain/standing-policy/maintenance-report.ts';
import type { StandingPolicy } from '../../domain/standing-policy/maintenance-request.ts';
import type { WindowVerdict } from '../../domain/time/maintenance-window.ts';
import type { MeshInstaller } from '../../installers/installer.ts';
import { toFailure } from '../failures.ts';
import { startHeart } from '../heartbeat.ts';
import type { ConfigNow } from '../time/in-time.ts';
import { adviseMaintenance } from './advise-maintenance.ts';
import { checkOpening } from './check-opening.ts';
import { findMissed, type MissedQuestion } from './find-missed.ts';
import { findOpenRun, resumeRun, type FoundRun } from './find-open-run.ts';
import { readMaintenance, type ResolvedMaintenance } from './read-maintenance.ts';
import { startRun, type Started, type StartQuestion } from './start-run.ts';

/** What happens when a maintenance window opens. */
export interface MaintenanceActivities {
  /** Reads the input against the configuration; on the workflows' own queue. */
  readMaintenance(input: { readonly input: unknown }): Promise<ResolvedMaintenance>;
  /** Earlier openings in which the schedule did nothing; on the workflows' own queue. */
  findMissedOpenings(input: MissedQuestion): Promise<readonly string[]>;
  checkOpening(input: {
    readonly cluster: string;
    readonly window: string;
  }): Promise<WindowVerdict>;
  /** The run that is open over the mesh; on the workflows' own queue. */
  findOpenRun(input: { readonly cluster: string }): Promise<FoundRun>;
  resumeRun(input: { readonly workflowId: string; readonly window: string }): Promise<boolean>;
  adviseMaintenance(input: {
    readonly cluster: string;
    readonly policy: StandingPolicy;
  }): Promise<Advice>;
  /** Starts a run under the mesh's lock; on the workflows' own queue. */
  startMaintenanceRun(input: StartQuestion): Promise<Started>;
}

/** These activities, bound to what they need. */
export function createMaintenanceActivities(
  deps: ConfigNow & { readonly installer: MeshInstaller },
): MaintenanceActivities {
  const { config, readConfig } = deps;
  return {
    readMaintenance: ({ input }) => beating(async () => readMaintenance(readConfig(), input)),
    findMissedOpenings: (input) => beating(() => findMissed(readConfig(), input)),
    checkOpening: (input) => beating(() => checkOpening(deps, input)),
    findOpenRun: (input) => beating(() => findOpenRun(input)),
    resumeRun: (input) => beating(() => resumeRun(input)),
    adviseMaintenance: (input) => beating(() => adviseMaintenance(deps, input)),
    startMaintenanceRun: (input) => beating(() => startRun(config, input)),
  };
}

/** Stays alive while it works; every error leaves as an `ApplicationFailure`. */
async function beating<T>(work: () => Promise<T>): Promise<T> {
  const heart = startHeart(activityInfo().heartbeatDetails);
  try {
    return await work();
  } catch (error) {
    throw toFailure(error);
  } finally {
    heart.stop();
  }
}
