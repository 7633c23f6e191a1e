import { UserError } from '../../rig/user-error.ts';
import { addCounts, formatCounts, isSuccess, NONE, ONE_FAILED, type Counts } from './counts.ts';
import {
  endLeftovers,
  findLeftoversOfDeadRuns,
  findOwnLeftovers,
  RUN_VARIABLE,
  runMarker,
  type Leftover,
} from './leftovers.ts';
import type { Stage } from './stages.ts';

export interface StagesRun {
  readonly stages: readonly Stage[];
  readonly patterns: readonly string[];
}

interface StageResult {
  readonly stage: Stage;
  readonly counts: Counts;
  readonly seconds: number;
}

/** Runs the stages in order, all of them whatever fails, and closes with the counts; resolves to the exit code. */
export async function runStages({ stages, patterns }: StagesRun): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop.abort(new Error(`interrupted by ${signal}`)));
  }
  await sweep('left by an earlier run that was killed', findLeftoversOfDeadRuns());
  const marker = runMarker();
  // What this process starts itself, a rig for one, is recognised like what the tests start.
  process.env[RUN_VARIABLE] = marker;

  const results: StageResult[] = [];
  try {
    for (const stage of stages) {
      results.push(await runStage(stage, { patterns, marker, signal: stop.signal }));
    }
  } finally {
    await sweep('left by the tests', findOwnLeftovers(marker));
  }
  return close(results);
}

async function runStage(
  stage: Stage,
  options: { patterns: readonly string[]; marker: string; signal: AbortSignal },
): Promise<StageResult> {
  console.error(`\n== ${stage.name}: ${stage.title}`);
  const startedAt = Date.now();
  const counts = await countedRun(stage, options);
  return { stage, counts, seconds: (Date.now() - startedAt) / 1000 };
}

/** A stage that cannot run has failed, and the others still run. */
async function countedRun(stage: Stage, options: Parameters<Stage['run']>[0]): Promise<Counts> {
  if (options.signal.aborted) return ONE_FAILED;
  try {
    return await stage.run(options);
  } catch (error) {
    console.error(`${stage.name} could not be run: ${describe(error)}`);
    return ONE_FAILED;
  }
}

function describe(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function sweep(whose: string, leftovers: readonly Leftover[]): Promise<void> {
  if (leftovers.length === 0) return;
  const list = leftovers.map(({ pid, command }) => `  ${pid} ${command}`).join('\n');
  console.error(`\nending ${leftovers.length} processes ${whose}:\n${list}`);
  await endLeftovers(leftovers);
}

function close(results: readonly StageResult[]): number {
  const total = results.reduce((sum, { counts }) => addCounts(sum, counts), NONE);
  console.error('');
  for (const { stage, counts, seconds } of results) {
    const word = counts.failed > 0 ? 'FAILED' : 'ok';
    const time = `${seconds.toFixed(1)} s`.padStart(9);
    console.error(`${word.padEnd(6)} ${stage.name.padEnd(7)} ${time}  ${formatCounts(counts)}`);
  }
  if (total.passed + total.failed === 0) console.error('no test was run');
  console.log(formatCounts(total));
  return isSuccess(total) ? 0 : 1;
}
