import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { ensureTools } from '../../../rig/build-tools.ts';
import { ApiClient } from '../../../rig/kubernetes/client.ts';
import type { RigEndpoints, RigExtras } from '../../../rig/rig-state.ts';
import { startRig, stopRig } from '../../../rig/start-rig.ts';
import { eventually } from './eventually.ts';
import { openAuditLog, type AuditLog } from './audit-log.ts';
import { writeConfig } from './meshlift-config.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

/** The first build of the tools, from nothing, on a small machine. */
export const SETUP_TIMEOUT_MS = 45 * 60_000;

/** One rig, with what a test needs to drive meshlift from outside and to look at the result. */
export interface Bench {
  readonly endpoints: RigEndpoints;
  /** The rig's own identity: what tests look with leaves no trace among meshlift's requests. */
  readonly kubernetes: ApiClient;
  /** Somebody who works on the cluster while a run is under way. */
  readonly person: ApiClient;
  readonly temporal: Client;
  readonly audit: AuditLog;
  /** Where files of a test may lie. */
  readonly dir: string;
  readonly configFile: string;
  /** Environment of a person or a worker that uses this rig. */
  readonly env: Readonly<Record<string, string>>;
  /** The worker that was started last; there is none before the first `startWorker`. */
  readonly worker: () => WorkerProcess;
  /** Starts a further worker; `more` is added to its environment. */
  readonly startWorker: (more?: Readonly<Record<string, string>>) => WorkerProcess;
  /** What all workers have said so far. */
  readonly workerLog: () => string;
  /** Until a worker asks for work: the command line refuses to start what nothing would pick up. */
  readonly untilPolled: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Brings up the rig of one suite. Call it in `beforeAll`, and `close` in `afterAll`. */
export async function openBench(
  suite: string,
  { bare = false, ...extras }: RigExtras & { readonly bare?: boolean } = {},
): Promise<Bench> {
  await ensureTools(extras);
  const name = `e2e-${suite}`;
  const { state, wasUp } = await startRig({ name, bare, ...extras, endsWithCaller: true });
  if (wasUp) throw new Error(`rig ${name} is up already: another run of these tests uses it`);
  const { endpoints } = state;
  if (endpoints === undefined) throw new Error(`rig ${name} does not say where it is`);
  const dir = path.join(state.stateDir, 'e2e');
  mkdirSync(dir, { recursive: true });
  const configFile = writeConfig(dir, endpoints);
  const env = {
    PATH: `${endpoints.binDir}:${process.env['PATH'] ?? ''}`,
    TEMPORAL_ADDRESS: endpoints.temporalAddress,
    MESHLIFT_CONFIG: configFile,
  };
  const connection = await Connection.connect({ address: endpoints.temporalAddress });
  const kubernetes = await ApiClient.fromKubeconfig(endpoints.kubeconfigs.rig);
  const person = await ApiClient.fromKubeconfig(endpoints.kubeconfigs.person);
  const logFile = path.join(state.stateDir, 'logs', 'meshlift-worker.log');
  const temporal = new Client({ connection });
  const workers: WorkerProcess[] = [];
  return {
    endpoints,
    kubernetes,
    person,
    temporal,
    audit: openAuditLog(endpoints.auditLog),
    dir,
    configFile,
    env,
    worker: () => {
      const last = workers.at(-1);
      if (last === undefined) throw new Error('no worker was started');
      return last;
    },
    startWorker: (more = {}) => {
      const started = startWorker({ env: { ...env, ...more }, logFile });
      workers.push(started);
      return started;
    },
    workerLog: () => readFileSync(logFile, 'utf8'),
    untilPolled: async () => {
      await eventually(() => isPolled(temporal), { what: 'a worker polls', everyMs: 500 });
    },
    close: async () => {
      await Promise.all(workers.map((each) => each.stop()));
      await connection.close();
      kubernetes.close();
      person.close();
      // The rig keeps its logs when it goes down, and this one tells what happened.
      copyFileSync(endpoints.auditLog, path.join(state.stateDir, 'logs', 'audit.log'));
      await stopRig(name);
    },
  };
}

async function isPolled({ workflowService }: Client): Promise<boolean> {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace: 'default',
    taskQueue: { name: 'meshlift' },
    taskQueueType: 1,
  });
  return pollers.length > 0;
}
