// `npm run show -- TOPIC`: does what is claimed of a topic, and measures it.
import { CommanderError } from 'commander';
import { UserError, UsageError } from '../rig/user-error.ts';
import { readShowOptions } from './show/options.ts';
import { isShown, renderJson, renderTable } from './show/render.ts';
import { runTopic } from './show/run-topic.ts';
import { TOPICS } from './show/topics.ts';

const EXIT_USAGE = 2;

const exitCode = await main(process.argv.slice(2));
process.stdout.write('', () => process.exit(exitCode));

async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => stop.abort(new UserError(`interrupted by ${name}`)));
  }
  try {
    const { topic, only, output } = readShowOptions(args, TOPICS);
    const checks = await runTopic(topic, { only, signal: stop.signal, say });
    const shown = { topic: topic.name, checks };
    process.stdout.write(output === 'json' ? renderJson(shown) : renderTable(shown));
    return isShown(checks) ? 0 : 1;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    const stack = error instanceof Error && !(error instanceof UserError) ? error.stack : undefined;
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`show: ${stack ?? message}\n`);
    return error instanceof UsageError ? EXIT_USAGE : 1;
  }
}

/** Standard output is for the result alone. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
