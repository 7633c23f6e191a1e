import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isOnTarget, takeCensus, type WorkloadCensus } from '../../../rig/demo/cluster/census.ts';
import { readCensusSources } from '../../../rig/demo/cluster/read-cluster.ts';
import { programEnvironment } from '../../../rig/demo/processes.ts';
import { createTemporalCli, type TemporalCli } from '../../../rig/demo/temporal-cli.ts';
import { startWorker } from '../../../rig/demo/worker.ts';
import { ApiClient } from '../../../rig/kubernetes/client.ts';
import { reapRecorded } from '../../../rig/process.ts';
import type { RigEndpoints } from '../../../rig/rig-state.ts';
import { startRig, stopRig } from '../../../rig/start-rig.ts';
import { UserError } from '../../../rig/user-error.ts';
import { stateRoot } from '../../../rig/xdg.ts';
import { exactly, type Check, type Part, type PartOptions } from '../topic.ts';
import { readOutcome, readProgress } from './temporal-answers.ts';

const RIG = 'show';
const RUN = ['--workflow-id', 'mesh/demo'] as const;
const TARGET = { version: '1.26.1', revision: '1-26-1' } as const;
const REQUEST = JSON.stringify({ cluster: 'demo', target: TARGET.version });
const APPROVAL = JSON.stringify({ reason: 'seen in getProgress' });
const GATE_TIMEOUT_MS = 300_000;
const LOOK_MS = 1_000;
/** A run that hangs is a check that fell short. */
const PART_TIMEOUT_MS = 900_000;

export const temporalCliPart: Part = {
  name: 'temporal-cli',
  title: "a run with nothing but Temporal's own command line and one-line JSON; about 2 minutes",
  run: async ({ signal, say }) => {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(PART_TIMEOUT_MS)]);
    const options = { signal: limited, say };
    return withRig(options, (endpoints) => playRun(endpoints, options));
  },
};

async function withRig<T>(
  { signal, say }: PartOptions,
  use: (endpoints: RigEndpoints) => Promise<T>,
): Promise<T> {
  say(`bringing up the rig "${RIG}"`);
  await stopRig(RIG);
  await reapRecorded(showDir());
  try {
    const { state } = await startRig({ name: RIG, endsWithCaller: true, signal });
    if (state.endpoints === undefined) throw new Error(`rig "${RIG}" is ready without endpoints`);
    return await use(state.endpoints);
  } finally {
    await stopRig(RIG);
  }
}

async function playRun(endpoints: RigEndpoints, options: PartOptions): Promise<readonly Check[]> {
  const { signal } = options;
  const dir = showDir();
  const env = programEnvironment({ name: RIG, dir }, endpoints);
  const temporal = createTemporalCli({ env, signal });
  const logFile = path.join(dir, 'worker.log');
  const worker = await startWorker({ dir, env, logFile, temporal, signal });
  const client = await ApiClient.fromKubeconfig(endpoints.kubeconfigs.rig);
  try {
    const meshed = takeCensus(await readCensusSources(client)).filter((each) => each.meshed > 0);
    const checks = await commandRun(announced(temporal, options), signal);
    const after = takeCensus(await readCensusSources(client));
    return [...checks, checkTarget(meshed, after)];
  } finally {
    client.close();
    await worker.stop();
  }
}

/** Only `temporal` acts here: start, look, approve, wait. */
async function commandRun(temporal: TemporalCli, signal: AbortSignal): Promise<readonly Check[]> {
  const started = await temporal.run(
    ...['workflow', 'start', '--type', 'upgradeMesh', '--task-queue', 'meshlift'],
    ...[...RUN, '--input', REQUEST],
  );
  const phases = await watchToGate(temporal, signal);
  const approved = await temporal.run(
    ...['workflow', 'update', 'execute', '--name', 'approve', ...RUN, '--input', APPROVAL],
  );
  const ended = await temporal.run('workflow', 'result', ...RUN);
  return [
    exactly('temporal-cli: exit code of start', started.exitCode ?? 'none', 0),
    {
      name: 'temporal-cli: phases seen by getProgress',
      value: phases.join(', '),
      bound: '3 or more, AwaitingCompletion last',
      ok: phases.length >= 3 && phases.at(-1) === 'AwaitingCompletion',
    },
    exactly('temporal-cli: exit code of approve', approved.exitCode ?? 'none', 0),
    exactly('temporal-cli: outcome', readOutcome(ended.value) ?? 'none', 'Succeeded'),
  ];
}

/** The phases, in order, until the gate is open. */
async function watchToGate(temporal: TemporalCli, signal: AbortSignal): Promise<readonly string[]> {
  const phases: string[] = [];
  const deadline = Date.now() + GATE_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const { value } = await temporal.run('workflow', 'query', '--type', 'getProgress', ...RUN);
    const progress = readProgress(value);
    if (progress !== undefined && phases.at(-1) !== progress.phase) phases.push(progress.phase);
    if (progress?.openGate !== undefined) return phases;
    if (progress?.phase === 'Ended') break;
    await delay(LOOK_MS, undefined, { signal });
  }
  throw new UserError(`no gate opened; the phases seen were ${phases.join(', ') || 'none'}`);
}

function checkTarget(before: readonly WorkloadCensus[], after: readonly WorkloadCensus[]): Check {
  const names = new Set(before.map(({ name }) => name));
  const moved = after.filter((each) => names.has(each.name) && isOnTarget(each, TARGET)).length;
  return {
    name: 'temporal-cli: workloads on the target',
    value: `${moved} of ${before.length}`,
    bound: 'all, counted at the API server',
    ok: before.length > 0 && moved === before.length,
  };
}

/** Says each command but the looks, as a person would type it. */
function announced(temporal: TemporalCli, { say }: PartOptions): TemporalCli {
  return {
    ...temporal,
    run: async (...args) => {
      if (!args.includes('query')) say(`$ temporal ${args.map(quote).join(' ')}`);
      return temporal.run(...args);
    },
  };
}

function quote(word: string): string {
  return /[\s"{}]/.test(word) ? `'${word}'` : word;
}

function showDir(): string {
  return path.join(stateRoot(), RIG);
}
