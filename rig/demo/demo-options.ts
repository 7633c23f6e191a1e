import { Command, Option } from 'commander';
import { UsageError } from '../user-error.ts';

export interface DemoOptions {
  /** The demo gives the approval itself. */
  readonly yes: boolean;
  /** The rig stays up when the demo has ended. */
  readonly keep: boolean;
  readonly output: 'text' | 'json';
}

interface Terminal {
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: { readonly isTTY?: boolean };
  readonly stderr: { readonly isTTY?: boolean };
}

/** Refuses what could only get stuck later: a question that nobody can answer. */
export function readDemoOptions(
  args: readonly string[],
  { stdin, stdout, stderr }: Terminal,
): DemoOptions {
  const command = new Command('demo')
    .description('Two upgrades of a real mesh: one that is approved, one that takes itself back')
    .option('-y, --yes', 'do not ask for the approval; the demo gives it itself', false)
    .option('--keep', 'leave the rig up at the end, to look around', false)
    .addOption(
      new Option('-o, --output <format>', 'json: one line on standard output, all else on stderr')
        .choices(['text', 'json'])
        .default('text'),
    )
    .showHelpAfterError('(add --help to see how it is used)')
    .exitOverride();
  const options = command.parse([...args], { from: 'user' }).opts<DemoOptions>();
  const isTerminal = stdin.isTTY === true && (options.output === 'json' ? stderr : stdout).isTTY;
  if (!options.yes && isTerminal !== true) {
    throw new UsageError(
      'the demo asks for an approval, and there is no terminal to ask at; let it approve by itself with `npm run demo -- --yes`',
    );
  }
  return options;
}
