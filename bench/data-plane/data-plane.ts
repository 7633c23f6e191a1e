import { endOfAuditLog, readAuditLog } from '../measure/read-audit-log.ts';
import { withBenchRig, type BenchRig, type BenchRun } from './bench-rig.ts';
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

export interface MeasuredRound extends Turn {
  readonly figures: RoundFigures;
}

/** Measures every contender on one mesh in turn, on a rig of its own that is taken down in the end. */
export async function measureDataPlane(
  options: DataPlaneOptions,
  run: BenchRun,
): Promise<readonly MeasuredRound[]> {
  const contenders = findContenders(options.contenders, run.say);
  const { workloads, slowPercent, rounds, b1Rounds } = options;
  return withBenchRig({ workloads, slowPercent }, run, (rig) => {
    const stage = { ...rig, options };
    const turns = planTurns(contenders, { rounds, b1Rounds });
    return withMeshlift(stage, contenders, (meshlift) => playTurns(stage, turns, meshlift));
  });
}

interface Stage extends BenchRig {
  readonly options: DataPlaneOptions;
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
