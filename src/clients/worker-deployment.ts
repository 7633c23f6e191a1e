import type { NativeConnection } from '@temporalio/worker';

export interface DeploymentVersion {
  readonly namespace: string;
  readonly deploymentName: string;
  readonly buildId: string;
}

/**
 * What a person has to do before a versioned worker gets any work; `undefined` when it is the
 * current version already. A new version waits in silence otherwise (temporal-facts Q4).
 */
export async function missingPromotion(
  connection: NativeConnection,
  { namespace, deploymentName, buildId }: DeploymentVersion,
): Promise<string | undefined> {
  const current = await currentBuild(connection, namespace, deploymentName);
  if (current === buildId) return undefined;
  return `build ${buildId} of deployment ${deploymentName} gets no new runs while ${current === undefined ? 'none' : current} is current; run: temporal worker deployment set-current-version --namespace ${namespace} --deployment-name ${deploymentName} --build-id ${buildId} --yes`;
}

async function currentBuild(
  connection: NativeConnection,
  namespace: string,
  deploymentName: string,
): Promise<string | undefined> {
  try {
    const { workerDeploymentInfo } = await connection.workflowService.describeWorkerDeployment({
      namespace,
      deploymentName,
    });
    return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? undefined;
  } catch (error) {
    // The server knows a deployment once its first worker has polled.
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

const GRPC_NOT_FOUND = 5;

function isNotFound(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === GRPC_NOT_FOUND
  );
}
