import { confirm } from '@clack/prompts';
import path from 'node:path';
import { withLock } from '../lock.ts';
import { reapRecorded } from '../process.ts';
import { UserError } from '../user-error.ts';
import { playBadUpgrade } from './bad-upgrade-act.ts';
import type { DemoOptions } from './demo-options.ts';
import { webPageOf } from './follow-run.ts';
import type { ActResult, DemoResult } from './results.ts';
import { DEMO_RIG, demoDir, withStage, type Stage } from './stage.ts';
import { playUpgrade } from './upgrade-act.ts';
import type { Voice } from './voice.ts';
import { writeReport } from './write-report.ts';

interface Act {
  readonly name: ActResult['name'];
  readonly title: string;
  readonly play: (stage: Stage) => Promise<ActResult>;
}

const ACTS: readonly Act[] = [
  { name: 'upgrade', title: 'Act 1: an upgrade from 1.25.1 to 1.26.1', play: playUpgrade },
  {
    name: 'bad-upgrade',
    title: 'Act 2: the same upgrade, but the new proxies crash',
    play: playBadUpgrade,
  },
];

export interface Direction {
  readonly voice: Voice;
  readonly signal: AbortSignal;
  readonly describe: (error: unknown) => string;
}

/** Plays both acts, each on a fresh mesh; what went wrong is in the result, and nothing is left running. */
export async function playDemo(options: DemoOptions, direction: Direction): Promise<DemoResult> {
  const acts: ActResult[] = [];
  const lock = { file: path.join(demoDir(), '.lock'), onWait: refuse };
  try {
    await withLock(lock, async () => {
      await reapRecorded(demoDir());
      for (const act of ACTS) acts.push(await playAct(act, { options, direction }));
    });
    return { acts };
  } catch (error) {
    const { signal, describe } = direction;
    return { acts, error: signal.aborted ? 'interrupted' : describe(error) };
  }
}

/** Two demos would take each other's rig down. */
function refuse({ pid }: { readonly pid: number }): never {
  throw new UserError(`another demo is being played (process ${pid}); let it end first`);
}

interface Playing {
  readonly options: DemoOptions;
  readonly direction: Direction;
}

async function playAct(act: Act, { options, direction }: Playing): Promise<ActResult> {
  const { voice, signal } = direction;
  const isLast = act === ACTS.at(-1);
  voice.title(act.title);
  const stageOptions = { options, voice, signal, act: act.name, keep: options.keep && isLast };
  return withStage(stageOptions, async (stage) => {
    voice.say(`Look over its shoulder in the Temporal UI: ${webPageOf(stage)}`);
    const result = await act.play(stage);
    await sayWhereThingsAre(stage, isLast);
    return result;
  });
}

async function sayWhereThingsAre(stage: Stage, isLast: boolean): Promise<void> {
  const { voice, options, signal, dir } = stage;
  const report = await writeReport(stage);
  voice.say(`\nReport:      ${report ?? 'could not be written'}`);
  voice.say(`Worker log:  ${path.join(dir, 'worker.log')}`);
  voice.say(`Temporal UI: ${webPageOf(stage)}`);
  if (!isLast) return;
  if (options.keep) {
    voice.say(
      `\nThe rig stays up, with the trouble on. The worker ends; to go on by hand:\n` +
        `  eval "$(npm run -s rig -- env --name ${DEMO_RIG})"\n` +
        `  npm run worker\n` +
        `  npm run rig -- down --name ${DEMO_RIG}        # in the end`,
    );
    return;
  }
  if (options.yes) return;
  const message = 'Have you seen enough? The rig and the Temporal UI are taken down then.';
  await confirm({ message, input: process.stdin, output: voice.stream, signal });
}
