import { fileURLToPath } from 'node:url';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from './activities/index.ts';
import { createInstaller } from './activities/mesh-services.ts';
import { assertNodeVersion, assertServer } from './clients/temporal-server.ts';
import { missingPromotion } from './clients/worker-deployment.ts';
import { collectOften } from './collect-often.ts';
import type { Config } from './config/config.ts';
import { readEnvironment, type Environment } from './config/environment.ts';
import { loadConfig } from './config/load-config.ts';
import { findWorkflows } from './find-workflows.ts';

export interface WorkerOptions {
  readonly config: Config;
  readonly environment: Environment;
  /** Called once the worker polls. */
  readonly onReady?: (about: {
    readonly taskQueues: readonly string[];
    readonly namespace: string;
  }) => void;
}

/**
 * Runs workers until the process is told to stop: one for the workflows' queue and one for each
 * further queue that a cluster names. Throws, in words, when Node or the server are too old.
 */
export async function runWorker({ config, environment, onReady }: WorkerOptions): Promise<void> {
  assertNodeVersion(process.versions.node);
  collectOften();
  installRuntime(environment);
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await NativeConnection.connect(connectionOptions);
  try {
    await assertServer(connection, namespace);
    const workers = await createWorkers({ config, environment, connection, namespace });
    await sayWhatIsMissing({ config, environment, connection, namespace });
    onReady?.({ taskQueues: queuesOf(config), namespace });
    await Promise.all(workers.map((worker) => worker.run()));
  } finally {
    await connection.close();
  }
}

/** A versioned worker that is not current waits in silence; this breaks it. */
async function sayWhatIsMissing({ environment, connection, namespace }: Setting): Promise<void> {
  const { buildId, deploymentName } = environment;
  if (buildId === undefined) return;
  const missing = await missingPromotion(connection, { namespace, deploymentName, buildId });
  if (missing !== undefined) process.stderr.write(`meshlift worker: ${missing}\n`);
}

function installRuntime({ metricsAddress }: Environment): void {
  Runtime.install({
    logger: new DefaultLogger('WARN'),
    shutdownSignals: ['SIGINT', 'SIGTERM'],
    ...(metricsAddress === undefined
      ? {}
      : { telemetryOptions: { metrics: { prometheus: { bindAddress: metricsAddress } } } }),
  });
}

function queuesOf({ taskQueue, clusters }: Config): readonly string[] {
  return [...new Set([taskQueue, ...[...clusters.values()].map((each) => each.taskQueue)])];
}

interface Setting {
  readonly config: Config;
  readonly environment: Environment;
  readonly connection: NativeConnection;
  readonly namespace: string;
}

async function createWorkers(setting: Setting): Promise<readonly Worker[]> {
  const { config, connection, namespace, environment } = setting;
  const activities = createActivities({
    config,
    installer: createInstaller(config),
    readConfig: () => loadConfig(config.file),
  });
  return Promise.all(
    queuesOf(config).map((taskQueue) =>
      Worker.create({
        connection,
        namespace,
        taskQueue,
        activities,
        ...(taskQueue === config.taskQueue ? findWorkflows(environment, import.meta.url) : {}),
        ...deployment(environment),
        // A cancel reaches an activity in the reply to a heartbeat, and a killed worker's workflow
        // tasks come back after the sticky timeout (temporal-facts section 15 has the figures).
        maxHeartbeatThrottleInterval: '250ms',
        stickyQueueScheduleToStartTimeout: '2s',
        maxCachedWorkflows: 500,
        shutdownGraceTime: '10s',
        shutdownForceTime: '40s',
      }),
    ),
  );
}

/** Pinned: an upgrade under way finishes on the code that began it. */
function deployment({ buildId, deploymentName }: Environment): object {
  if (buildId === undefined) return {};
  return {
    workerDeploymentOptions: {
      version: { deploymentName, buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const environment = readEnvironment(process.env);
  await runWorker({ config: loadConfig(environment.configFile), environment });
}
