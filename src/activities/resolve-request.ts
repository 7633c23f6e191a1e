import type { Config } from '../config/config.ts';
import { openCluster } from '../clients/cluster-access.ts';
import type { Policy } from '../domain/policy.ts';
import { parseRequest } from '../domain/request/parse-request.ts';
import type { UpgradeRequest } from '../domain/request/request.ts';
import { makeMeshWorkflowId } from '../domain/workflow-id.ts';
import { ActivityError } from './errors.ts';
import { readClusterUid } from './inspect-mesh.ts';
import { clusterConfig } from './with-cluster.ts';

/** A request with all that the cluster's entry in the configuration adds to it. */
export interface ResolvedRequest {
  readonly request: UpgradeRequest;
  readonly policy: Policy;
  readonly meshNamespace: string;
  /** Queue of the activities that touch this cluster. */
  readonly taskQueue: string;
}

/** Reads what was given as input and refuses it at once, in words, when it cannot be meant. */
export function resolveRequest(
  config: Config,
  input: unknown,
  workflowId: string,
): ResolvedRequest {
  const parsed = parseRequest(input);
  if (parsed.kind === 'problems') {
    const problems = parsed.problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new ActivityError(
      'InvalidRequest',
      `the input is not an upgrade request: ${problems}. Give one JSON object such as {"cluster":"prod-eu","target":"1.26.1"}`,
      [parsed.problems],
    );
  }
  const { request } = parsed;
  const { policy, meshNamespace, taskQueue } = clusterConfig(config, request.cluster);
  const expected = makeMeshWorkflowId(request);
  if (workflowId !== expected) {
    throw new ActivityError(
      'InvalidRequest',
      `expected the workflow id ${expected}, which is the mesh's lock, found ${workflowId}. Start it again under that id`,
    );
  }
  return { request, policy, meshNamespace, taskQueue };
}

/** The identity of the cluster that a run will be bound to. */
export async function identifyCluster(config: Config, cluster: string): Promise<string> {
  return readClusterUid(openCluster(clusterConfig(config, cluster)).worker);
}
