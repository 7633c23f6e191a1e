import type { Config } from '../config/config.ts';
import type { Verdict } from '../domain/health/verdict.ts';
import type { Difference, UpgradeReport } from '../domain/report.ts';
import type { MeshInstaller } from '../installers/installer.ts';
import { createApprovalActivities, type ApprovalActivities } from './approval/index.ts';
import { applyStep, type StepReceipt } from './apply-step.ts';
import { finishRun } from './finish-run.ts';
import { checkHealth, type CheckRequest } from './health/check-health.ts';
import { awaitUnused, type UnusedRequest } from './health/await-unused.ts';
import type { UsageCensus } from './health/read-users.ts';
import { takeUsageCensus, takeWaveCensus, type CountedWave } from './health/take-census.ts';
import { verifyControlPlane } from './health/verify-control-plane.ts';
import { verifyMesh } from './health/verify-mesh.ts';
import { watchHealth, type WatchRequest } from './health/watch-health.ts';
import { recordOf } from './load-plan.ts';
import { createNotify, type NotifyRequest } from './notify.ts';
import { createPlanningActivities, type PlanningActivities } from './planning-activities.ts';
import { readJournal } from './record/step-journal.ts';
import type { InjectionTools } from './restart/manual/prepare-injections.ts';
import { restartWorkloads } from './restart/restart-workloads.ts';
import type { WaveCheckpoint, WaveResult } from './restart/wave-checkpoint.ts';
import { assessWayBack } from './rollback/assess-way-back.ts';
import { proveRolledBack } from './rollback/prove-rolled-back.ts';
import { restoreControlPlane } from './rollback/restore-control-plane.ts';
import { undoRecordedStep } from './rollback/undo-recorded-step.ts';
import type { RunRef, StepRef } from './run-ref.ts';
import { createMaintenanceActivities, type MaintenanceActivities } from './schedules/index.ts';
import { proveRestored, type Proof } from './snapshot/prove-restored.ts';
import { takeSnapshot } from './snapshot/take-snapshot.ts';
import { createTimeActivities, type TimeActivities } from './time/index.ts';
import { inTime } from './time/in-time.ts';
import type { InTime } from './time/window-need.ts';
import { undoStep, type UndoReceipt, type UndoRef } from './undo-step.ts';
import { withCluster } from './with-cluster.ts';

export interface ActivityDeps {
  readonly config: Config;
  readonly installer: MeshInstaller;
  /** `meshlift.yaml` as it is now: windows and freezes are read anew each time they matter. */
  readonly readConfig: () => Config;
}

/** Everything that a workflow may ask for. One object in, plain JSON out. */
export interface Activities
  extends PlanningActivities, ApprovalActivities, MaintenanceActivities, TimeActivities {
  takeSnapshot(input: RunRef): Promise<{ readonly entries: number }>;
  applyStep(input: StepRef & InTime): Promise<StepReceipt>;
  /** Whether a step's journal was written, hence whether it may have changed something. */
  hasJournal(input: StepRef): Promise<boolean>;
  verifyControlPlane(input: StepRef): Promise<Verdict>;
  watchHealth(input: RunRef & WatchRequest): Promise<Verdict>;
  checkHealth(input: RunRef & CheckRequest): Promise<Verdict>;
  restartWorkloads(
    input: StepRef & InTime & { readonly checkpoint?: WaveCheckpoint },
  ): Promise<WaveResult>;
  takeWaveCensus(
    input: StepRef & { readonly failed?: Readonly<Record<string, string>> },
  ): Promise<CountedWave>;
  takeUsageCensus(input: RunRef & { readonly revision: string }): Promise<UsageCensus>;
  awaitUnused(input: RunRef & UnusedRequest): Promise<void>;
  verifyMesh(
    input: StepRef & { readonly failed?: Readonly<Record<string, string>> },
  ): Promise<string>;
  undoStep(input: UndoRef & InTime): Promise<UndoReceipt>;
  /** Whether the old revision could serve what would return to it. */
  assessWayBack(input: RunRef): Promise<Verdict>;
  restoreControlPlane(input: StepRef & InTime): Promise<StepReceipt>;
  undoRecordedStep(input: StepRef & InTime): Promise<UndoReceipt>;
  proveRolledBack(input: StepRef): Promise<Proof>;
  proveRestored(input: RunRef & { readonly foreign: readonly Difference[] }): Promise<Proof>;
  /** Sends one event by one notifier; on the workflows' queue. */
  notify(input: NotifyRequest): Promise<void>;
  finishRun(
    input: RunRef & { readonly report: UpgradeReport; readonly release: boolean },
  ): Promise<void>;
}

/** The activities, bound to what they need. */
export function createActivities({ config, installer, readConfig }: ActivityDeps): Activities {
  const now = { config, readConfig };
  const injectionOf = (cluster: string): InjectionTools => ({
    installer,
    given: config.clusters.get(cluster)?.manualInjection,
  });
  return {
    ...createPlanningActivities({ config, installer }),
    ...createApprovalActivities({ config }),
    ...createMaintenanceActivities({ ...now, installer }),
    ...createTimeActivities(now),
    takeSnapshot: (input) =>
      withCluster(config, input, async (access) => {
        const entries = await takeSnapshot(access, input);
        return { entries };
      }),
    applyStep: (input) => inTime(now, input, (access) => applyStep(access, installer, input)),
    hasJournal: (input) =>
      withCluster(
        config,
        input,
        async (access) => (await readJournal(recordOf(access, input), input.step)) !== undefined,
      ),
    verifyControlPlane: (input) =>
      withCluster(config, input, (access, heart) => verifyControlPlane(access, input, heart)),
    watchHealth: (input) =>
      withCluster(config, input, (access, heart) => watchHealth(access, input, heart)),
    checkHealth: (input) => withCluster(config, input, (access) => checkHealth(access, input)),
    restartWorkloads: (input) =>
      inTime(now, input, (access, heart, guard) =>
        restartWorkloads(
          access,
          input,
          { checkpoint: input.checkpoint, injection: injectionOf(input.cluster), guard },
          heart,
        ),
      ),
    takeWaveCensus: (input) =>
      withCluster(config, input, (access) => takeWaveCensus(access, input)),
    takeUsageCensus: (input) =>
      withCluster(config, input, (access) => takeUsageCensus(access, input, input.revision)),
    awaitUnused: (input) => withCluster(config, input, (access) => awaitUnused(access, input)),
    verifyMesh: (input) => withCluster(config, input, (access) => verifyMesh(access, input)),
    undoStep: (input) => inTime(now, input, (access, heart) => undoStep(access, input, heart)),
    assessWayBack: (input) => withCluster(config, input, (access) => assessWayBack(access, input)),
    restoreControlPlane: (input) =>
      inTime(now, input, (access) => restoreControlPlane(access, input)),
    undoRecordedStep: (input) =>
      inTime(now, input, (access, heart) => undoRecordedStep(access, input, heart)),
    proveRolledBack: (input) =>
      withCluster(config, input, (access) => proveRolledBack(access, input)),
    proveRestored: (input) =>
      withCluster(config, input, (access) => proveRestored(access, input, input.foreign)),
    notify: createNotify(config),
    finishRun: (input) => withCluster(config, input, (access) => finishRun(access, input, input)),
  };
}
