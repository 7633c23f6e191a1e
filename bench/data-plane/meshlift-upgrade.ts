import { Connection, Client, type WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CLUSTER, TARGET } from '../../rig/demo/follow-run.ts';
import { programEnvironment, runProgram } from '../../rig/demo/processes.ts';
import { createTemporalCli } from '../../rig/demo/temporal-cli.ts';
import { startWorker } from '../../rig/demo/worker.ts';
import type { LiveNamespace } from '../../rig/mesh/farm-live/plan-farm.ts';
import { ProcessRecord } from '../../rig/process-record.ts';
import type { RunningProcess } from '../../rig/process.ts';
import type { RigEndpoints, RigState } from '../../rig/rig-state.ts';
import { UserError } from '../../rig/user-error.ts';
import { bundleWorkflows } from '../../scripts/lib/workflow-bundle.ts';
import {
  largestPayloadOf,
  sumHistory,
  type HistoryFigures,
  type RunSize,
} from '../measure/history.ts';
import { readCpu, readPeakMegabytes, resetPeak } from '../measure/process-cpu.ts';
import type { Contender, ContenderRun, CpuSample, Round } from './contender.ts';
import { writeBenchConfig, type BenchPolicyInput } from './bench-policy.ts';
import { buildRequest } from './upgrade-request.ts';

export interface MeshliftOptions extends BenchPolicyInput {
  readonly state: RigState & { readonly endpoints: RigEndpoints };
  readonly farm: readonly LiveNamespace[];
  /** Where its configuration, request and logs go. */
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** The product as its users have it: a worker, and runs that are started with its command line. */
export interface Meshlift extends Contender {
  readonly stop: () => Promise<void>;
}

const STARTER = fileURLToPath(new URL('../../src/starter.ts', import.meta.url));
const WORKFLOW_ID = `mesh/${CLUSTER}`;
const PHASE = defineSearchAttributeKey('MeshPhase', SearchAttributeType.KEYWORD);
const LOOK_MS = 250;
/** What the image sets for its worker's memory. */
export const IMAGE_ENVIRONMENT = {
  NODE_OPTIONS: '--max-semi-space-size=2',
  MALLOC_ARENA_MAX: '2',
} as const;

export async function startMeshlift(options: MeshliftOptions): Promise<Meshlift> {
  const { state, dir, signal } = options;
  const env = {
    ...programEnvironment({ name: state.name, dir }, state.endpoints),
    MESHLIFT_CONFIG: writeBenchConfig(dir, state.endpoints.meshliftConfig, options),
    MESHLIFT_WORKFLOW_BUNDLE: await bundleAhead(dir),
    ...IMAGE_ENVIRONMENT,
  };
  const logFile = path.join(dir, 'worker.log');
  const temporal = createTemporalCli({ env, signal });
  const worker = await startWorker({ dir, env, logFile, temporal, signal });
  const connection = await Connection.connect({ address: state.endpoints.temporalAddress });
  const client = new Client({ connection });
  return {
    name: 'meshlift',
    title: `an upgrade by meshlift without soaks, ${options.parallel * 2} pods on their way at most`,
    users: new Set(['meshlift-worker']),
    installers: new Set(['meshlift-installer']),
    findsBothRevisions: false,
    run: (round) => runUpgrade(round, { ...options, env, worker, client }),
    async stop() {
      await connection.close();
      await worker.stop();
    },
  };
}

/** As the image has it: a worker that bundles by itself keeps the memory of that. */
async function bundleAhead(dir: string): Promise<string> {
  const file = path.join(dir, 'workflow-bundle.js');
  writeFileSync(file, await bundleWorkflows());
  return file;
}

interface Running extends MeshliftOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly worker: RunningProcess;
  readonly client: Client;
}

/** Runs until the gate before the old control plane goes: everything has moved, and all can be undone. */
async function runUpgrade(round: Round, running: Running): Promise<ContenderRun> {
  const { worker, client, state } = running;
  const before = { worker: readCpu(worker.pid), temporal: readCpu(temporalOf(state)) };
  resetPeak(worker.pid);
  await start(running);
  const handle = client.workflow.getHandle(WORKFLOW_ID);
  const startedAt = (await handle.describe()).startTime;
  const cpuSamples: CpuSample[] = [];
  const sample = (): void => {
    const seconds = difference(before.worker?.own, readCpu(worker.pid)?.own);
    if (seconds !== undefined) cpuSamples.push({ at: Date.now(), seconds });
  };
  await untilMoved(handle, { signal: round.signal, worker, onLook: sample });
  const to = Date.now();
  const after = { worker: readCpu(worker.pid), temporal: readCpu(temporalOf(state)) };
  return {
    from: startedAt.getTime(),
    to,
    cpuSeconds: difference(before.worker?.own, after.worker?.own),
    cpuSamples,
    calledCpuSeconds: difference(before.worker?.children, after.worker?.children),
    temporalCpuSeconds: difference(before.temporal?.own, after.temporal?.own),
    peakMegabytes: readPeakMegabytes(worker.pid),
    history: await readHistory(client, handle, startedAt),
    exceptions: (await handle.query<Report>('getReport')).exceptions ?? [],
    finish: () => (round.isLast ? complete(handle) : takeBack(handle)),
  };
}

function difference(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : b - a;
}

function temporalOf({ stateDir }: RigState): number {
  const found = new ProcessRecord(stateDir).load().find(({ name }) => name === 'temporal');
  if (found === undefined) throw new Error('expected a Temporal server among the rig’s processes');
  return found.pid;
}

async function start({ env, dir, farm, signal }: Running): Promise<void> {
  const request = path.join(dir, 'request.json');
  writeFileSync(
    request,
    JSON.stringify(buildRequest(farm, { cluster: CLUSTER, target: TARGET.version })),
  );
  const { exitCode, stdout } = await runProgram({
    command: process.execPath,
    args: [
      ...['--disable-warning=ExperimentalWarning', STARTER, 'start'],
      ...['--request', request, '--output', 'json'],
    ],
    ...{ env, signal, stdout: 'capture', stderr: 2 },
  });
  if (exitCode !== 0) throw new UserError(`the upgrade did not start: ${stdout.trim()}`);
}

interface Following {
  readonly signal: AbortSignal;
  readonly worker: RunningProcess;
  readonly onLook: () => void;
}

async function untilMoved(
  handle: WorkflowHandle,
  { signal, worker, onLook }: Following,
): Promise<void> {
  const ended = { worker: false };
  void worker.exited.then(() => (ended.worker = true));
  for (;;) {
    onLook();
    const { status, typedSearchAttributes } = await handle.describe();
    const phase = typedSearchAttributes.get(PHASE);
    if (status.name !== 'RUNNING') {
      throw new UserError(`the upgrade ended before its gate: ${await outcomeOf(handle)}`);
    }
    if (phase === 'AwaitingCompletion') return;
    if (phase === 'RollingBack') {
      throw new UserError(`the upgrade is taken back before its gate: ${await outcomeOf(handle)}`);
    }
    if (phase === 'Halted') {
      const { cause } = await handle.query<Report>('getReport');
      throw new UserError(`the upgrade halted before its gate: ${cause ?? 'no cause is known'}`);
    }
    if (ended.worker) throw new UserError('the worker ended in the middle of a round');
    await delay(LOOK_MS, undefined, { signal });
  }
}

async function takeBack(handle: WorkflowHandle): Promise<void> {
  await handle.executeUpdate('rollback', { args: [{ reason: 'the bench goes back' }] });
  await expectOutcome(handle, 'RolledBack');
}

async function complete(handle: WorkflowHandle): Promise<void> {
  await handle.executeUpdate('approve', { args: [{ reason: 'the last round of the bench' }] });
  await expectOutcome(handle, 'Succeeded');
}

async function expectOutcome(handle: WorkflowHandle, expected: string): Promise<void> {
  const outcome = await outcomeOf(handle);
  if (!outcome.startsWith(expected)) {
    throw new UserError(`expected the upgrade to end ${expected}, found ${outcome}`);
  }
}

async function outcomeOf(handle: WorkflowHandle): Promise<string> {
  const { outcome, cause, findings = [] } = (await handle.result()) as Report;
  const why = findings.slice(0, 5).map(({ code, message }) => `${code}: ${message}`);
  return [outcome, ...(cause === undefined ? [] : [cause]), ...why].join('; ');
}

interface Report {
  readonly outcome: string;
  readonly cause?: string;
  readonly exceptions?: readonly string[];
  readonly findings?: readonly { readonly code: string; readonly message: string }[];
}

/** Of the run that is at its gate, and of those that it continued. */
async function readHistory(
  client: Client,
  handle: WorkflowHandle,
  startedAt: Date,
): Promise<HistoryFigures> {
  const { runId, historyLength, historySize } = await handle.describe();
  const runs: RunSize[] = [{ events: historyLength, bytes: historySize ?? 0 }];
  const query = `WorkflowId="${WORKFLOW_ID}" AND StartTime>="${startedAt.toISOString()}"`;
  for await (const earlier of client.workflow.list({ query })) {
    if (earlier.runId === runId) continue;
    runs.push({ events: earlier.historyLength, bytes: earlier.historySize ?? 0 });
  }
  return sumHistory(runs, largestPayloadOf((await handle.fetchHistory()).events));
}
