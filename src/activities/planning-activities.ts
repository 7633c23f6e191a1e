import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { ClusterAccess } from '../clients/cluster-access.ts';
import type { Config } from '../config/config.ts';
import type { Direction } from '../domain/planning/direction.ts';
import type {
  DowngradeRequest,
  MeshRequest,
  RefreshRequest,
  RollbackRequest,
  UpgradeRequest,
} from '../domain/request/request.ts';
import type { MeshInstaller } from '../installers/installer.ts';
import {
  claimRun,
  planRun,
  type ClaimAnswer,
  type PlanAnswer,
  type PlanRequest,
} from './claim-run.ts';
import { compilePlan } from './compile-plan.ts';
import type { Compiled } from './conclude-plan.ts';
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

interface PlanningDeps {
  readonly config: Config;
  readonly installer: MeshInstaller;
}

/** These activities, bound to what they need. */
export function createPlanningActivities(deps: PlanningDeps): PlanningActivities {
  const { config } = deps;
  const [up, down] = [compileTowards(deps, 'up'), compileTowards(deps, 'down')];
  return {
    resolveRequest: async ({ input, workflowId }) =>
      asFailure(async () => resolveRequest(config, input, workflowId)),
    identifyCluster: async ({ cluster }) => asFailure(() => identifyCluster(config, cluster)),
    planUpgrade: planWith(config, up),
    claimMesh: claimWith(config, up),
    resolveDowngrade: async ({ input, workflowId }) =>
      asFailure(async () => resolveDowngrade(config, input, workflowId)),
    planDowngrade: planWith(config, down),
    claimDowngrade: claimWith(config, down),
    resolveRollback: async ({ input, workflowId }) =>
      asFailure(async () => resolveRollback(config, input, workflowId)),
    planRollback: planWith(config, compileForRollback),
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
    planRefresh: planWith(config, compileForRefresh),
    claimRefresh: claimWith(config, compileForRefresh),
  };
}

type Compiler<R extends MeshRequest> = (
  access: ClusterAccess,
  request: PlanRequest<R>,
) => Promise<Compiled>;

function compileTowards(
  { config, installer }: PlanningDeps,
  direction: Direction,
): Compiler<UpgradeRequest | DowngradeRequest> {
  return (access, { resolved, runId }) =>
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
}

function compileForRefresh(
  access: ClusterAccess,
  { resolved, runId }: PlanRequest<RefreshRequest>,
): Promise<Compiled> {
  return compileRefresh(access, { ...resolved, runId });
}

function compileForRollback(
  access: ClusterAccess,
  { resolved, runId }: PlanRequest<RollbackRequest>,
): Promise<Compiled> {
  return compileRollback(access, { ...resolved, runId });
}

function planWith<R extends MeshRequest>(
  config: Config,
  compile: Compiler<R>,
): (input: PlanRequest<R>) => Promise<PlanAnswer> {
  return (input) => withCluster(config, input, (access) => planRun(() => compile(access, input)));
}

function claimWith<R extends MeshRequest>(
  config: Config,
  compile: Compiler<R>,
): (input: PlanRequest<R> & { readonly digest: string }) => Promise<ClaimAnswer> {
  return (input) =>
    withCluster(config, input, (access) =>
      claimRun(access, { ...input, ...owner() }, () => compile(access, input)),
    );
}

function owner(): { readonly temporalNamespace: string } {
  return { temporalNamespace: activityInfo().workflowNamespace ?? 'unknown' };
}

async function asFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFailure(error);
  }
}
