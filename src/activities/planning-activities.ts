import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { ClusterAccess } from '../clients/cluster-access.ts';
import type { Config } from '../config/config.ts';
import type { Direction } from '../domain/planning/direction.ts';
import type { DowngradeRequest, RefreshRequest, RollbackRequest } from '../domain/request/request.ts';
import type { MeshInstaller } from '../installers/installer.ts';
import {
  claimRun,
  planRun,
  type ClaimAnswer,
  type PlanAnswer,
  type PlanRequest,
} from './claim-run.ts';
import { compilePlan, type Compiled } from './compile-plan.ts';
import { toFailure } from './failures.ts';
import { compileRefresh } from './refresh/compile-refresh.ts';
import {
  identifyCluster,
  resolveDowngrade,
  resolveRefresh,
  resolveRequest,
  resolveRollback,
  type ResolvedRequest,
} from './resolve-request.ts';
import { claimRollback } from './rollback/claim-rollback.ts';
import { compileRollback } from './rollback/compile-rollback.ts';
import { hasEndedHere } from './rollback/has-ended.ts';
import { withCluster } from './with-cluster.ts';

/** How a run begins: its request is read, planned, and the mesh is taken. */
export interface PlanningActivities {
  /** Reads the input against the configuration; runs on the workflows' own queue. */
  resolveRequest(input: {
    readonly input: unknown;
    readonly workflowId: string;
  }): Promise<ResolvedRequest>;
  identifyCluster(input: { readonly cluster: string }): Promise<string>;
  planUpgrade(input: PlanRequest): Promise<PlanAnswer>;
  claimMesh(input: PlanRequest & { readonly digest: string }): Promise<ClaimAnswer>;
  /** The same three for a downgrade. */
  resolveDowngrade(input: {
    readonly input: unknown;
    readonly workflowId: string;
  }): Promise<ResolvedRequest<DowngradeRequest>>;
  planDowngrade(input: PlanRequest<DowngradeRequest>): Promise<PlanAnswer>;
  claimDowngrade(
    input: PlanRequest<DowngradeRequest> & { readonly digest: string },
  ): Promise<ClaimAnswer>;
  /** The same three for a rollback. */
  resolveRollback(input: {
    readonly input: unknown;
    readonly workflowId: string;
  }): Promise<ResolvedRequest<RollbackRequest>>;
  planRollback(input: PlanRequest<RollbackRequest>): Promise<PlanAnswer>;
  claimRollback(
    input: PlanRequest<RollbackRequest> & { readonly digest: string },
  ): Promise<ClaimAnswer>;
  /** The same three for a refresh. */
  resolveRefresh(input: {
    readonly input: unknown;
    readonly workflowId: string;
  }): Promise<ResolvedRequest<RefreshRequest>>;
  planRefresh(input: PlanRequest<RefreshRequest>): Promise<PlanAnswer>;
  claimRefresh(
    input: PlanRequest<RefreshRequest> & { readonly digest: string },
  ): Promise<ClaimAnswer>;
}

/** These activities, bound to what they need. */
export function createPlanningActivities({
  config,
  installer,
}: {
  readonly config: Config;
  readonly installer: MeshInstaller;
}): PlanningActivities {
  const compileUpgrade = (
    access: ClusterAccess,
    { resolved, runId }: PlanRequest | PlanRequest<DowngradeRequest>,
    direction: Direction,
  ): Promise<Compiled> =>
    compilePlan(
      access,
      installer,
      {
        ...resolved,
        versions: config.versions,
        runId,
        direction,
        manualInjection: config.clusters.get(resolved.request.cluster)?.manualInjection,
      },
      cancellationSignal(),
    );
  const compileForRefresh = (
    access: ClusterAccess,
    { resolved, runId }: PlanRequest<RefreshRequest>,
  ): Promise<Compiled> => compileRefresh(access, { ...resolved, runId });
  const compileForRollback = (
    access: ClusterAccess,
    { resolved, runId }: PlanRequest<RollbackRequest>,
  ): Promise<Compiled> => compileRollback(access, { ...resolved, runId });
  const owner = (): { readonly temporalNamespace: string } => ({
    temporalNamespace: activityInfo().workflowNamespace ?? 'unknown',
  });
  return {
    resolveRequest: async ({ input, workflowId }) =>
      asFailure(async () => resolveRequest(config, input, workflowId)),
    identifyCluster: async ({ cluster }) => asFailure(() => identifyCluster(config, cluster)),
    planUpgrade: (input) =>
      withCluster(config, input, (access) => planRun(() => compileUpgrade(access, input, 'up'))),
    claimMesh: (input) =>
      withCluster(config, input, (access) =>
        claimRun(access, { ...input, ...owner() }, () => compileUpgrade(access, input, 'up')),
      ),
    resolveDowngrade: async ({ input, workflowId }) =>
      asFailure(async () => resolveDowngrade(config, input, workflowId)),
    planDowngrade: (input) =>
      withCluster(config, input, (access) => planRun(() => compileUpgrade(access, input, 'down'))),
    claimDowngrade: (input) =>
      withCluster(config, input, (access) =>
        claimRun(access, { ...input, ...owner() }, () => compileUpgrade(access, input, 'down')),
      ),
    resolveRollback: async ({ input, workflowId }) =>
      asFailure(async () => resolveRollback(config, input, workflowId)),
    planRollback: (input) =>
      withCluster(config, input, (access) => planRun(() => compileForRollback(access, input))),
    claimRollback: (input) =>
      withCluster(config, input, (access) =>
        claimRollback(
          access,
          { ...input, ...owner() },
          { compile: () => compileForRollback(access, input), hasEnded: hasEndedHere },
        ),
      ),
    resolveRefresh: async ({ input, workflowId }) =>
      asFailure(async () => resolveRefresh(config, input, workflowId)),
    planRefresh: (input) =>
      withCluster(config, input, (access) => planRun(() => compileForRefresh(access, input))),
    claimRefresh: (input) =>
      withCluster(config, input, (access) =>
        claimRun(access, { ...input, ...owner() }, () => compileForRefresh(access, input)),
      ),
  };
}

async function asFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFailure(error);
  }
}
