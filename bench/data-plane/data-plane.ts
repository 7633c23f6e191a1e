import path from 'node:path';
import { runningRig } from '../../rig/commands/running-rig.ts';
import { ApiClient } from '../../rig/kubernetes/client.ts';
import { SAMPLE_NAMESPACES } from '../../rig/mesh/samples/workloads.ts';
import { startLiveFarm } from '../../rig/mesh/farm-live/start-farm.ts';
import type { LiveNamespace } from '../../rig/mesh/farm-live/plan-farm.ts';
import { withLock } from '../../rig/lock.ts';
import { reapRecorded } from '../../rig/process.ts';
import type { RigEndpoints, RigState } from '../../rig/rig-state.ts';
import { startRig, stopRig } from '../../rig/start-rig.ts';
import { UserError } from '../../rig/user-error.ts';
import { stateRoot } from '../../rig/xdg.ts';
import { endOfAuditLog, readAuditLog } from '../measure/read-audit-log.ts';
import type { Contender, ContenderName } from './contender.ts';
import { findContenders } from './find-contenders.ts';
import { createKubectlScript } from './kubectl-script.ts';
import { startMeshlift, type Meshlift } from './meshlift-upgrade.ts';
import type { DataPlaneOptions } from './options.ts';
import { figureRound, type RoundFigures } from './round-figures.ts';
import { planTurns, type Turn } from './rounds.ts';
import { takeSnapshot } from './snapshot.ts';
import { settle } from './settle.ts';
import { REVISIONS, TwoRevisions } from './two-revisions.ts';

export interface BenchRun {
  readonly signal: AbortSignal;
  /** Tells what is going on; never part of the result. */
  readonly say: (line: string) => void;
}

export interface MeasuredRound extends Turn {
  readonly figures: RoundFigures;
}

const RIG = 'bench';

/** Measures every contender on one mesh in turn, on a rig of its own that is taken down in the end. */
export async function measureDataPlane(
  options: DataPlaneOptions,
  { signal, say }: BenchRun,
): Promise<readonly MeasuredRound[]> {
  const contenders = findContenders(options.contenders, say);
  return withLock({ file: path.join(benchDir(), '.lock'), onWait: refuse }, async () => {
    await reapRecorded(benchDir());
    await stopRig(RIG);
    return onRig(options, contenders, { signal, say });
  });
}

/** Beside the rigs, not in one: taking a rig down deletes what is in it. */
function benchDir(): string {
  return path.join(stateRoot(), 'bench');
}

/** Two benches would take each other's rig down, and measure each other. */
function refuse({ pid }: { readonly pid: number }): never {
  throw new UserError(`another bench is running (process ${pid}); let it end first`);
}

async function onRig(
  options: DataPlaneOptions,
  contenders: readonly ContenderName[],
  { signal, say }: BenchRun,
): Promise<readonly MeasuredRound[]> {
  try {
    say('bringing up a rig');
    await startRig({ name: RIG, endsWithCaller: true, auditsPods: true, signal });
    const state = runningRig(RIG);
    const client = await ApiClient.fromKubeconfig(state.endpoints.kubeconfigs.rig);
    try {
      await removeSamples(client);
      const farm = await startLiveFarm(state.endpoints.kubeconfigs.rig, {
        ...{ workloads: options.workloads, slowPercent: options.slowPercent },
        ...{ log: say, signal },
      });
      const stage = { options, state, client, farm, signal, say, dir: benchDir() };
      return await withMeshlift(stage, contenders, (meshlift) =>
        playTurns(stage, planTurns(contenders, options.rounds), meshlift),
      );
    } finally {
      client.close();
    }
  } finally {
    await stopRig(RIG);
  }
}

interface Stage extends BenchRun {
  readonly options: DataPlaneOptions;
  readonly state: RigState & { readonly endpoints: RigEndpoints };
  readonly client: ApiClient;
  readonly farm: readonly LiveNamespace[];
  readonly dir: string;
}

/** So that the mesh consists of the farm and of nothing else, and each figure is by its workloads. */
async function removeSamples(client: ApiClient): Promise<void> {
  for (const { name } of SAMPLE_NAMESPACES) await client.delete(`/api/v1/namespaces/${name}`);
}

async function withMeshlift<T>(
  stage: Stage,
  contenders: readonly ContenderName[],
  use: (meshlift: Meshlift | undefined) => Promise<T>,
): Promise<T> {
  if (!contenders.includes('meshlift')) return use(undefined);
  const { state, farm, dir, signal, options } = stage;
  const { parallel, podsPerSecond } = options;
  const meshlift = await startMeshlift({ state, farm, dir, signal, parallel, podsPerSecond });
  try {
    return await use(meshlift);
  } finally {
    await meshlift.stop();
  }
}

async function playTurns(
  stage: Stage,
  turns: readonly Turn[],
  meshlift: Meshlift | undefined,
): Promise<readonly MeasuredRound[]> {
  const { state, client, farm, say, signal } = stage;
  const revisions = new TwoRevisions({ endpoints: state.endpoints, client, farm, say, signal });
  const measured: MeasuredRound[] = [];
  for (const [index, turn] of turns.entries()) {
    const contender = turn.contender === 'meshlift' ? meshlift : scriptOf(turn.contender, stage);
    if (contender === undefined) throw new Error('expected a worker for a turn of meshlift');
    const isLast = index === turns.length - 1;
    const figures = await playTurn(stage, { contender, revisions, isLast });
    measured.push({ ...turn, figures });
    say(describeRound(turn, figures));
  }
  return measured;
}

function describeRound({ round, contender }: Turn, figures: RoundFigures): string {
  const { moveSeconds, wholeSeconds, requests, moveRequests, secondsBelowBudget } = figures;
  return [
    `round ${round}, ${contender}: ${moveSeconds.toFixed(1)} s (whole ${wholeSeconds.toFixed(1)} s), ` +
      `${secondsBelowBudget.toFixed(1)} s below a budget`,
    `  ${requests} requests: ${figures.mostAskedFor}`,
    `  ${moveRequests} from the first restart on: ${figures.mostAskedForInMove}`,
  ].join('\n');
}

function scriptOf(name: Exclude<ContenderName, 'meshlift'>, stage: Stage): Contender {
  const { options, state, dir } = stage;
  const { binDir } = state.endpoints;
  return createKubectlScript({
    ...{ name, parallel: options.parallel, dir },
    ...{ stateDir: state.stateDir, binDir },
  });
}

async function playTurn(
  { state, client, signal, say }: Stage,
  {
    contender,
    revisions,
    isLast,
  }: { readonly contender: Contender; readonly revisions: TwoRevisions; readonly isLast: boolean },
): Promise<RoundFigures> {
  const { auditLog } = state.endpoints;
  const side = contender.findsBothRevisions
    ? await revisions.prepareForScript()
    : await revisions.prepareForUpgrade().then(() => 'new' as const);
  await settle(client, { log: say, signal });
  const before = await takeSnapshot(client);
  const offset = endOfAuditLog(auditLog);
  const workloads = before.workloads.map(({ source }) => source);
  const { finish, ...run } = await contender.run({ workloads, isLast, signal });
  const events = await readAuditLog(auditLog, offset);
  await settle(client, { log: say, signal });
  const after = await takeSnapshot(client);
  const { revision } = REVISIONS[side];
  const figures = figureRound({ contender, run, revision, events, before, after });
  await finish();
  return figures;
}
