import type { Config } from '../config/config.ts';
import { openCluster } from '../clients/cluster-access.ts';
import type { DeciderPolicy } from '../domain/approval/gate-policy.ts';
import type { Policy } from '../domain/policy.ts';
import {
  parseDowngradeRequest,
  parseRefreshRequest,
  parseRequest,
  parseRollbackRequest,
  type Parsed,
} from '../domain/request/parse-request.ts';
import type {
  DowngradeRequest,
  MeshRequest,
  RefreshRequest,
  RollbackRequest,
  UpgradeRequest,
} from '../domain/request/request.ts';
import { makeMeshWorkflowId } from '../domain/workflow-id.ts';
import { recipientsOf, type Recipient } from '../notifications/recipients.ts';
import { ActivityError } from './errors.ts';
import { readClusterUid } from './inspect-mesh.ts';
import { clusterConfig } from './with-cluster.ts';

/** A request with all that the cluster's entry in the configuration adds to it. */
export interface ResolvedRequest<R extends MeshRequest = UpgradeRequest> {
  readonly request: R;
  readonly policy: Policy;
  readonly meshNamespace: string;
  /** Queue of the activities that touch this cluster. */
  readonly taskQueue: string;
  /** Who is told what happens; absent: nobody. */
  readonly notifiers?: readonly Recipient[];
}

/** Reads what was given as input and refuses it at once, in words, when it cannot be meant. */
export function resolveRequest(
  config: Config,
  input: unknown,
  workflowId: string,
): ResolvedRequest {
  const request = understood(parseRequest(input), {
    what: 'an upgrade request',
    sample: '{"cluster":"prod-eu","target":"1.26.1"}',
  });
  return resolve(config, request, workflowId);
}

/** The same for a downgrade. */
export function resolveDowngrade(
  config: Config,
  input: unknown,
  workflowId: string,
): ResolvedRequest<DowngradeRequest> {
  const request = understood(parseDowngradeRequest(input), {
    what: 'a downgrade request',
    sample: '{"cluster":"prod-eu","target":"1.25.1"}',
  });
  return resolve(config, request, workflowId);
}

/** The same for a rollback. */
export function resolveRollback(
  config: Config,
  input: unknown,
  workflowId: string,
): ResolvedRequest<RollbackRequest> {
  const request = understood(parseRollbackRequest(input), {
    what: 'a rollback request',
    sample: '{"cluster":"prod-eu"}',
  });
  return resolve(config, request, workflowId);
}

/** The same for a refresh. */
export function resolveRefresh(
  config: Config,
  input: unknown,
  workflowId: string,
): ResolvedRequest<RefreshRequest> {
  const request = understood(parseRefreshRequest(input), {
    what: 'a refresh request',
    sample: '{"cluster":"prod-eu"}',
  });
  return resolve(config, request, workflowId);
}

function understood<R extends MeshRequest>(
  parsed: Parsed<R>,
  { what, sample }: { readonly what: string; readonly sample: string },
): R {
  if (parsed.kind === 'request') return parsed.request;
  const problems = parsed.problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new ActivityError(
    'InvalidRequest',
    `the input is not ${what}: ${problems}. Give one JSON object such as ${sample}`,
    [parsed.problems],
  );
}

function resolve<R extends MeshRequest>(
  config: Config,
  request: R,
  workflowId: string,
): ResolvedRequest<R> {
  const { policy, meshNamespace, taskQueue } = clusterConfig(config, request.cluster);
  const expected = makeMeshWorkflowId(request);
  if (workflowId !== expected) {
    throw new ActivityError(
      'InvalidRequest',
      `expected the workflow id ${expected}, which is the mesh's lock, found ${workflowId}. Start it again under that id`,
    );
  }
  requireRequester(policy, request);
  const notifiers = recipientsOf(config.notifications ?? [], request.cluster);
  return {
    request,
    policy,
    meshNamespace,
    taskQueue,
    ...(notifiers.length === 0 ? {} : { notifiers }),
  };
}

/** Where whoever asks may not let the run go on, somebody has to have asked. */
function requireRequester({ name, gates }: Policy, { requestedBy }: MeshRequest): void {
  const isKept = Object.values(gates).some(
    (gate: DeciderPolicy | undefined) => gate?.requesterMayApprove === false,
  );
  if (!isKept || requestedBy !== undefined) return;
  throw new ActivityError(
    'InvalidRequest',
    `the policy ${name} keeps whoever asks for a run from letting it go on, and the request does not say who asks. Add "requestedBy", such as "ana@example.com"`,
  );
}

/** The identity of the cluster that a run will be bound to. */
export async function identifyCluster(config: Config, cluster: string): Promise<string> {
  return readClusterUid(openCluster(clusterConfig(config, cluster)).worker);
}
