import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import type { Phase, Progress } from '../../src/domain/progress.ts';
import type { UpgradeReport } from '../../src/domain/report.ts';
import type { RunType } from '../../src/domain/request/request.ts';
import { IndexedValueType, SEARCH_ATTRIBUTES } from '../../src/clients/search-attribute-types.ts';
import { downgradeMesh } from '../../src/workflows/downgrade-mesh.ts';
import { refreshProxies } from '../../src/workflows/refresh-proxies.ts';
import { rollbackMesh } from '../../src/workflows/rollback-mesh.ts';
import { upgradeMesh } from '../../src/workflows/upgrade-mesh.ts';
import { getProgress, getReport } from '../../src/workflows/messages.ts';
import { createScript, type Script, type ScriptOptions } from './scripted-activities.ts';

export const TASK_QUEUE = 'test';
const WORKFLOWS = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));
const CONVERTER = fileURLToPath(
  new URL('../../src/workflows/payload-converter.ts', import.meta.url),
);

const WORKFLOW_OF = { upgradeMesh, downgradeMesh, rollbackMesh, refreshProxies } as const;

type Handle = WorkflowHandleWithFirstExecutionRunId<typeof upgradeMesh>;

/** One run on the stage, with the cluster that it believes in. */
export interface Rehearsal {
  readonly handle: Handle;
  readonly script: Script;
  readonly cluster: string;
  /** Lets little time pass until the run is in that phase. */
  reach(phase: Phase): Promise<Progress>;
  progress(): Promise<Progress>;
  report(): Promise<UpgradeReport>;
  /** Lets time pass until the run has ended, and gives what it returned. */
  result(): Promise<UpgradeReport>;
}

export interface Plot extends Omit<ScriptOptions, 'cluster' | 'taskQueue'> {
  /** Absent: an upgrade. */
  readonly type?: RunType;
  /** Members of the request beside cluster and target. */
  readonly request?: object;
  /** Given instead of a request. */
  readonly input?: unknown;
  readonly workflowId?: string;
  readonly clusterTaskQueue?: string;
}

/** A server and a worker with the real workflows and scripted activities. */
export interface Stage {
  readonly env: TestWorkflowEnvironment;
  readonly bundle: WorkflowBundleWithSourceMap;
  begin(plot?: Plot): Promise<Rehearsal>;
  /** Starts an activity worker of its own for another queue. */
  serve(taskQueue: string): Promise<void>;
  /** While every worker is down, as in an outage; a new one comes up afterwards. */
  withoutWorker(meanwhile: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Bundles the workflows as the worker does. */
export async function bundleWorkflows(
  workflowsPath: string = WORKFLOWS,
): Promise<WorkflowBundleWithSourceMap> {
  const logger = new DefaultLogger('ERROR');
  return bundleWorkflowCode({ workflowsPath, payloadConverterPath: CONVERTER, logger });
}

/** Failed activities are part of the play, so the worker keeps quiet about them. */
export function quietRuntime(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
  });
}

export interface StageOptions {
  /**
   * Workers may go down. Without a cache no task waits for one that is gone, and every task replays
   * the whole run, which is slow.
   */
  readonly outages?: boolean;
  /** Other workflows than those of the product, by the path of their module. */
  readonly workflowsPath?: string;
  /** A port for the web UI, which only the development server has. */
  readonly uiPort?: number;
}

/** With the time-skipping server at that path. */
export async function openTimeSkippingStage(
  path: string,
  options: StageOptions = {},
): Promise<Stage> {
  quietRuntime();
  return setUp(
    await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path } },
    }),
    options,
  );
}

/** With the development server of Temporal's CLI at that path; time goes as it does. */
export async function openLocalStage(path: string, options: StageOptions = {}): Promise<Stage> {
  quietRuntime();
  return setUp(
    await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path },
        ...(options.uiPort === undefined ? {} : { uiPort: options.uiPort }),
      },
    }),
    options,
  );
}

async function setUp(
  env: TestWorkflowEnvironment,
  { outages = false, workflowsPath }: StageOptions,
): Promise<Stage> {
  const [bundle] = await Promise.all([
    bundleWorkflows(workflowsPath),
    registerSearchAttributes(env),
  ]);
  const scripts = new Map<string, Script>();
  const activities = dispatch(scripts);
  const employ = async (taskQueue: string, source: object): Promise<Running> => {
    const worker = await Worker.create({
      ...connectionOf(env),
      ...source,
      taskQueue,
      activities,
      maxHeartbeatThrottleInterval: '100ms',
      ...(outages ? { maxCachedWorkflows: 0 } : {}),
      shutdownGraceTime: '1s',
      shutdownForceTime: '2s',
    });
    return { worker, done: worker.run() };
  };
  const main = (): Promise<Running> => employ(TASK_QUEUE, { workflowBundle: bundle });
  let running = [await main()];
  let count = 0;

  return {
    env,
    bundle,
    begin: async (plot = {}) => {
      count += 1;
      const cluster = `demo-${count}`;
      const workflowId = plot.workflowId ?? `mesh/${cluster}`;
      const taskQueue = plot.clusterTaskQueue ?? TASK_QUEUE;
      const script = createScript({ ...plot, cluster, taskQueue });
      scripts.set(workflowId, script);
      const { type = 'upgradeMesh' } = plot;
      const handle = await env.client.workflow.start(WORKFLOW_OF[type], {
        args: [inputOf(plot, cluster)],
        workflowId,
        taskQueue: TASK_QUEUE,
        // A task that went to a worker which is down by now comes back soon.
        workflowTaskTimeout: '3s',
      });
      return rehearse(env, handle, script, cluster);
    },
    serve: async (taskQueue) => {
      running.push(await employ(taskQueue, {}));
    },
    withoutWorker: async (meanwhile) => {
      await dismiss(running);
      try {
        await meanwhile();
      } finally {
        running = [await main()];
      }
    },
    close: async () => {
      await dismiss(running);
      await env.teardown();
    },
  };
}

/** What was given, or a request with as little as its type needs. */
function inputOf(plot: Plot, cluster: string): unknown {
  if ('input' in plot) return plot.input;
  const isTowards = plot.type !== 'refreshProxies' && plot.type !== 'rollbackMesh';
  return { cluster, ...(isTowards ? { target: '1.26.1' } : {}), ...plot.request };
}

interface Running {
  readonly worker: Worker;
  readonly done: Promise<void>;
}

async function dismiss(running: readonly Running[]): Promise<void> {
  for (const { worker } of running) worker.shutdown();
  await Promise.all(running.map(({ done }) => done));
}

function connectionOf(env: TestWorkflowEnvironment): {
  readonly connection: TestWorkflowEnvironment['nativeConnection'];
  readonly namespace: string;
} {
  return { connection: env.nativeConnection, namespace: env.namespace ?? 'default' };
}

/** Each run's activities go to its own script. */
function dispatch(scripts: ReadonlyMap<string, Script>): object {
  const names = Object.keys(createScript({ cluster: 'any', taskQueue: TASK_QUEUE }).activities);
  const entries = names.map((name) => {
    const act = (input: unknown): Promise<unknown> => {
      const { workflowExecution } = Context.current().info;
      const script = scripts.get(workflowExecution?.workflowId ?? '');
      if (script === undefined) throw new TypeError('no script for this run');
      const acts: Readonly<Record<string, unknown>> = { ...script.activities };
      const play = acts[name] as (given: unknown) => Promise<unknown>;
      return play(input);
    };
    return [name, act] as const;
  });
  return Object.fromEntries(entries);
}

/** An unknown attribute would hang every run on these servers. */
async function registerSearchAttributes(env: TestWorkflowEnvironment): Promise<void> {
  const searchAttributes = Object.fromEntries(
    Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, IndexedValueType[type]]),
  );
  const namespace = env.namespace ?? 'default';
  await env.connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
}

/** More looks than any play needs: it ends as a failure, not as a hang. */
const MOST_LOOKS = 150;

function rehearse(
  env: TestWorkflowEnvironment,
  handle: Handle,
  script: Script,
  cluster: string,
): Rehearsal {
  const progress = (): Promise<Progress> => handle.query(getProgress);
  return {
    handle,
    script,
    cluster,
    progress,
    report: () => handle.query(getReport),
    result: () => handle.result(),
    reach: async (phase) => {
      for (let look = 0; look < MOST_LOOKS; look += 1) {
        const found = await progress();
        if (found.phase === phase) return found;
        // Little at a time, so that no gate expires unseen.
        if (!env.supportsTimeSkipping) await env.sleep('200ms');
        else await env.sleep(found.phase === 'Soaking' ? '10s' : '1s');
      }
      throw new Error(`${handle.workflowId} did not reach ${phase}`);
    },
  };
}
