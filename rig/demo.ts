// `npm run demo`: two upgrades of a real mesh, one that succeeds and one that takes itself back.
import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { readDemoOptions, type DemoOptions } from './demo/demo-options.ts';
import { playDemo } from './demo/play-demo.ts';
import { isAsAnnounced, type DemoResult } from './demo/results.ts';
import { createVoice, type Voice } from './demo/voice.ts';
import { errorCode } from './error-code.ts';
import { UsageError, UserError } from './user-error.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_SIGNAL = 128;

const exitCode = await main(process.argv.slice(2));
// Sockets to the rig that was taken down may still be closing; nothing waits for them.
process.stdout.write('', () => process.exit(exitCode));

async function main(args: readonly string[]): Promise<number> {
  try {
    return await perform(readDemoOptions(args, process));
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    process.stderr.write(`demo: ${describe(error)}\n`);
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
  }
}

async function perform(options: DemoOptions): Promise<number> {
  const voice = createVoice(options.output);
  const interruption = listenForSignals(voice);
  const result = await playDemo(options, { voice, signal: interruption.signal, describe });
  if (options.output === 'json') process.stdout.write(`${JSON.stringify(result)}\n`);
  const received = interruption.received();
  if (received !== undefined) return EXIT_SIGNAL + constants.signals[received];
  return verdict(result, voice);
}

function verdict(result: DemoResult, voice: Voice): number {
  if (isAsAnnounced(result)) return 0;
  voice.bad(result.error ?? 'not every act ended as announced');
  return EXIT_FAILED;
}

interface Interruption {
  readonly signal: AbortSignal;
  readonly received: () => NodeJS.Signals | undefined;
}

/** The first signal ends the demo in good order; what it started is taken down before it ends. */
function listenForSignals(voice: Voice): Interruption {
  const stop = new AbortController();
  let received: NodeJS.Signals | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (received === undefined) voice.say('Interrupted; everything is taken down now …');
      received ??= name;
      stop.abort();
    });
  }
  return { signal: stop.signal, received: () => received };
}

/** The stack only of what nobody expected. */
function describe(error: unknown): string {
  const isExpected = error instanceof UserError || errorCode(error) !== undefined;
  if (!(error instanceof Error)) return String(error);
  return isExpected ? error.message : (error.stack ?? error.message);
}
