// `npm run bench -- data-plane`: meshlift beside the scripts that people have.
import { CommanderError } from 'commander';
import { UserError } from '../rig/user-error.ts';
import { isShown, renderJson, renderTable } from '../scripts/show/render.ts';
import { readBenchOptions } from './data-plane/options.ts';

const EXIT_USAGE = 2;
const TOPIC = 'bench-data-plane';

const exitCode = await main(process.argv.slice(2));
process.stdout.write('', () => process.exit(exitCode));

async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => stop.abort(new UserError(`interrupted by ${name}`)));
  }
  try {
    const { options, output } = readBenchOptions(args);
    const { benchDataPlane } = await import('./data-plane/bench-data-plane.ts');
    const { checks, text } = await benchDataPlane(options, { signal: stop.signal, say });
    const shown = { topic: TOPIC, checks };
    if (output === 'json') {
      say(text);
      process.stdout.write(renderJson(shown));
    } else {
      process.stdout.write(`${text}${renderTable(shown)}`);
    }
    return isShown(checks) ? 0 : 1;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    // What is broken off by a signal fails in words of its own, which nobody understands.
    return tell(stop.signal.aborted ? stop.signal.reason : error);
  }
}

function tell(error: unknown): number {
  const stack = error instanceof Error && !(error instanceof UserError) ? error.stack : undefined;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`bench: ${stack ?? message}\n`);
  return 1;
}

/** Standard output is for the result alone. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
