import type { MaintenanceActivities } from '../../src/activities/schedules/index.ts';
import { findOpenRun, resumeRun } from '../../src/activities/schedules/find-open-run.ts';
import { readMaintenance } from '../../src/activities/schedules/read-maintenance.ts';
import { startRun } from '../../src/activities/schedules/start-run.ts';
import { toFailure } from '../../src/activities/failures.ts';
import type { Config } from '../../src/config/config.ts';
import type { MaintenanceWindow } from '../../src/domain/time/maintenance-window.ts';

/** Opens every day at midnight, for the whole day. */
export const ALWAYS: MaintenanceWindow = {
  name: 'always',
  timeZone: 'UTC',
  rule: { kind: 'daily', every: 1 },
  start: '00:00',
  durationSeconds: 86_400,
  except: [],
};

/** The window is open and the policy asks for 1.26.1; runs are looked for and started really. */
export function maintenanceWell(config: Config): MaintenanceActivities {
  return {
    readMaintenance: async ({ input }) => asFailure(async () => readMaintenance(config, input)),
    findMissedOpenings: async () => [],
    checkOpening: async () => ({ kind: 'open' }),
    findOpenRun: (input) => asFailure(() => findOpenRun(input)),
    resumeRun: (input) => asFailure(() => resumeRun(input)),
    adviseMaintenance: async ({ policy }) =>
      policy.kind === 'resume'
        ? { kind: 'nothing', because: 'no run is open' }
        : {
            kind: 'start',
            type: 'upgradeMesh',
            request: { target: '1.26.1' },
            because: '1.26.1 is the newest patch',
          },
    startMaintenanceRun: (input) => asFailure(() => startRun(config, input)),
  };
}

async function asFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFailure(error);
  }
}
