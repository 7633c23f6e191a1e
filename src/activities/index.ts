import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { Config } from '../config/config.ts';
import type { Verdict } from '../domain/health/verdict.ts';
import type { Difference, UpgradeReport, WaveReport } from '../domain/report.ts';
import type { MeshInstaller } from '../installers/installer.ts';
import { applyStep, type StepReceipt } from './apply-step.ts';
import {
  claimRun,
  planRun,
  type ClaimAnswer,
  type PlanAnswer,
  type PlanRequest,
} from './claim-run.ts';
import { toFailure } from './failures.ts';
import { finishRun } from './finish-run.ts';
import { checkHealth, type CheckRequest } from './health/check-health.ts';
import { awaitUnused, type UnusedRequest } from './health/await-unused.ts';
import { takeUsageCensus, takeWaveCensus, verifyMesh } from './health/take-census.ts';
import { verifyControlPlane } from './health/verify-control-plane.ts';
import { watchHealth, type WatchRequest } from './health/watch-health.ts';
import { recordOf } from './load-plan.ts';
import { readJournal } from './record/step-journal.ts';
import { identifyCluster, resolveRequest, type ResolvedRequest } from './resolve-request.ts';
import { restartWorkloads } from './restart/restart-workloads.ts';
import type { WaveCheckpoint, WaveResult } from './restart/wave-checkpoint.ts';
import type { RunRef, StepRef } from './run-ref.ts';
import { proveRestored, type Proof } from './snapshot/prove-restored.ts';
import { takeSnapshot } from './snapshot/take-snapshot.ts';
import { undoStep, type UndoReceipt } from './undo-step.ts';
import { withCluster } from './with-cluster.ts';

export interface ActivityDeps {
  readonly config: Config;
  readonly installer: MeshInstaller;
}

/** Everything that a workflow may ask for. One object in, plain JSON out. */
export interface Activities {
  /** Reads the input against the configuration; runs on the workflows' own queue. */
  resolveRequest(input: {
    readonly input: unknown;
    readonly workflowId: string;
  }): Promise<ResolvedRequest>;
  identifyCluster(input: { readonly cluster: string }): Promise<string>;
  planUpgrade(input: PlanRequest): Promise<PlanAnswer>;
  claimMesh(input: PlanRequest & { readonly digest: string }): Promise<ClaimAnswer>;
  takeSnapshot(input: RunRef): Promise<{ readonly entries: number }>;
  applyStep(input: StepRef): Promise<StepReceipt>;
  /** Whether a step's journal was written, hence whether it may have changed something. */
  hasJournal(input: StepRef): Promise<boolean>;
  verifyControlPlane(input: StepRef): Promise<Verdict>;
  watchHealth(input: RunRef & WatchRequest): Promise<Verdict>;
  checkHealth(input: RunRef & CheckRequest): Promise<Verdict>;
  restartWorkloads(input: StepRef & { readonly checkpoint?: WaveCheckpoint }): Promise<WaveResult>;
  takeWaveCensus(
    input: StepRef & { readonly failed?: Readonly<Record<string, string>> },
  ): Promise<WaveReport>;
  takeUsageCensus(input: RunRef & { readonly revision: string }): Promise<readonly string[]>;
  awaitUnused(input: RunRef & UnusedRequest): Promise<void>;
  verifyMesh(input: StepRef): Promise<string>;
  undoStep(input: StepRef): Promise<UndoReceipt>;
  proveRestored(input: RunRef & { readonly foreign: readonly Difference[] }): Promise<Proof>;
  finishRun(
    input: RunRef & { readonly report: UpgradeReport; readonly release: boolean },
  ): Promise<void>;
}

/** The activities, bound to what they need. */
export function createActivities({ config, installer }: ActivityDeps): Activities {
  const planner = { installer, versions: config.versions };
  return {
    resolveRequest: async ({ input, workflowId }) =>
      asFailure(async () => resolveRequest(config, input, workflowId)),
    identifyCluster: async ({ cluster }) => asFailure(() => identifyCluster(config, cluster)),
    planUpgrade: (input) =>
      withCluster(config, input, (access) => planRun(access, planner, input, cancellationSignal())),
    claimMesh: (input) =>
      withCluster(config, input, (access) => {
        const temporalNamespace = activityInfo().workflowNamespace ?? 'unknown';
        return claimRun(access, planner, { ...input, temporalNamespace }, cancellationSignal());
      }),
    takeSnapshot: (input) =>
      withCluster(config, input, async (access) => {
        const entries = await takeSnapshot(access, input);
        return { entries };
      }),
    applyStep: (input) =>
      withCluster(config, input, (access) => applyStep(access, installer, input)),
    hasJournal: (input) =>
      withCluster(
        config,
        input,
        async (access) => (await readJournal(recordOf(access, input), input.step)) !== undefined,
      ),
    verifyControlPlane: (input) =>
      withCluster(config, input, (access) => verifyControlPlane(access, input)),
    watchHealth: (input) =>
      withCluster(config, input, (access, heart) => watchHealth(access, input, heart)),
    checkHealth: (input) => withCluster(config, input, (access) => checkHealth(access, input)),
    restartWorkloads: (input) =>
      withCluster(config, input, (access, heart) =>
        restartWorkloads(access, input, input.checkpoint, heart),
      ),
    takeWaveCensus: (input) =>
      withCluster(config, input, (access) => takeWaveCensus(access, input)),
    takeUsageCensus: (input) =>
      withCluster(config, input, (access) => takeUsageCensus(access, input, input.revision)),
    awaitUnused: (input) => withCluster(config, input, (access) => awaitUnused(access, input)),
    verifyMesh: (input) => withCluster(config, input, (access) => verifyMesh(access, input)),
    undoStep: (input) =>
      withCluster(config, input, (access, heart) => undoStep(access, input, heart)),
    proveRestored: (input) =>
      withCluster(config, input, (access) => proveRestored(access, input, input.foreign)),
    finishRun: (input) => withCluster(config, input, (access) => finishRun(access, input, input)),
  };
}

async function asFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFailure(error);
  }
}
