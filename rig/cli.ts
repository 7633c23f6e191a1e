import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import type { UpOptions } from './commands/up-and-down.ts';
import { CONTROLLER_NAMES, isControllerName } from './controllers/names.ts';
import { errorCode } from './error-code.ts';
import { DEFAULT_RIG, type RigExtras } from './rig-state.ts';
import { OPTIONAL_ISTIO_VERSIONS } from './tools/catalog.ts';
import { UsageError, UserError } from './user-error.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  try {
    await program().parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    report(error);
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
  }
}

/** The stack only of what we did not expect: not of a person's mistake, nor of the system's refusal. */
function report(error: unknown): void {
  const isExpected = error instanceof UserError || errorCode(error) !== undefined;
  const stack = error instanceof Error && !isExpected ? error.stack : undefined;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`rig: ${stack ?? message}\n`);
}

/** Commands are loaded when they are called: `env` in a shell's start-up file should cost little. */
function program(): Command {
  const rig = new Command('rig')
    .description('A real, throw-away Istio mesh and Temporal server on this machine')
    .exitOverride()
    .showHelpAfterError('(add --help for the commands)');

  rig
    .command('up')
    .description('build the tools once and bring a rig up; it stays until `down`')
    .addOption(nameOption())
    .option('--bare', 'leave out the mesh and the sample workloads', false)
    .option('--stand-in-proxies', 'connect to istiod for the proxies of all pods', false)
    .option('--unrevisioned', 'a mesh as `istioctl install` without a revision makes it', false)
    .addOption(extrasOption())
    .option('--foreground', 'stay, and take the rig down on Ctrl-C', false)
    .action(async ({ with: extras, ...options }: UpOptions & { with: Extras }) =>
      (await import('./commands/up-and-down.ts')).runUp({ ...options, ...extras }),
    );
  rig
    .command('down')
    .description('take a rig down, or clean up after one that was killed')
    .addOption(nameOption())
    .action(async (options: { name: string }) =>
      (await import('./commands/up-and-down.ts')).runDown(options.name),
    );
  rig
    .command('status')
    .description('say how each part of a rig is; exit code 1 unless all are ready')
    .addOption(nameOption())
    .addOption(new Option('--output <format>').choices(['text', 'json']).default('text'))
    .action(async (options: { name: string; output: 'text' | 'json' }) =>
      (await import('./commands/status.ts')).runStatus(options),
    );
  rig
    .command('logs')
    .description('print the log of a part, or the names of the parts that have one')
    .argument('[part]')
    .addOption(nameOption())
    .action(async (part: string | undefined, options: { name: string }) =>
      (await import('./commands/logs.ts')).runLogs(options.name, part),
    );
  rig
    .command('env')
    .description('print export lines for a shell: eval "$(npm run -s rig -- env)"')
    .addOption(nameOption())
    .action(async (options: { name: string }) =>
      (await import('./commands/env.ts')).runEnv(options.name),
    );
  rig
    .command('grow')
    .description('fill the mesh of a rig with workloads to look at; they cannot be restarted')
    .addOption(nameOption())
    .option('--workloads <count>', 'how many', readCount, 2000)
    .option('--pods <count>', 'how many in all', readCount, 20_000)
    .action(async ({ name, ...size }: { name: string; workloads: number; pods: number }) =>
      (await import('./commands/grow.ts')).runGrow(name, size),
    );
  rig.addCommand(farmCommand());
  rig.addCommand(troubleCommand());
  return rig;
}

function farmCommand(): Command {
  return new Command('farm')
    .description('fill the mesh of a rig with workloads that run and can be restarted')
    .exitOverride()
    .addOption(nameOption())
    .option('--workloads <count>', 'how many', readCount, 200)
    .option('--mixed', 'of every kind, with what a restart does not move among them', false)
    .option('--slow <percent>', 'how many of a hundred take seconds to be ready', readPercent, 10)
    .option('--failing <count>', 'how many fail with a newer proxy', readCount)
    .action(async ({ name, workloads, mixed, slow, failing = 0 }: FarmCommandOptions) =>
      (await import('./commands/farm.ts')).runFarm(name, {
        workloads,
        isMixed: mixed,
        slowPercent: slow,
        failing,
      }),
    );
}

interface FarmCommandOptions {
  readonly name: string;
  readonly workloads: number;
  readonly mixed: boolean;
  readonly slow: number;
  readonly failing?: number;
}

function troubleCommand(): Command {
  const trouble = new Command('trouble').description('make trouble in a rig, to see what happens');
  trouble.exitOverride();
  trouble
    .command('list', { isDefault: true })
    .description('what trouble there is, and what is on')
    .addOption(nameOption())
    .action(async (options: { name: string }) =>
      (await import('./commands/trouble.ts')).runTrouble(options.name, { verb: 'list' }),
    );
  for (const verb of ['on', 'off'] as const) {
    trouble
      .command(verb)
      .argument('<trouble>')
      .addOption(nameOption())
      .action(async (name: string, options: { name: string }) =>
        (await import('./commands/trouble.ts')).runTrouble(options.name, { verb, trouble: name }),
      );
  }
  return trouble;
}

function nameOption(): Option {
  return new Option('--name <name>', 'which rig; several can be up side by side').default(
    DEFAULT_RIG,
  );
}

type Extras = Required<Pick<RigExtras, 'controllers' | 'istio'>>;

function extrasOption(): Option {
  const releases = OPTIONAL_ISTIO_VERSIONS.map((version) => [`istio-${version}`, version] as const);
  const known: readonly string[] = [...CONTROLLER_NAMES, ...releases.map(([name]) => name)];
  const none: Extras = { controllers: [], istio: [] };
  return new Option('--with <names>', `also have these: ${known.join(',')}`)
    .default(none, 'none')
    .argParser((text: string): Extras => {
      const names = text.split(',');
      if (!names.every((name) => known.includes(name))) {
        throw new InvalidArgumentError(`expected some of ${known.join(',')}`);
      }
      return {
        controllers: names.filter(isControllerName),
        istio: releases.filter(([name]) => names.includes(name)).map(([, version]) => version),
      };
    });
}

function readCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new InvalidArgumentError('expected a count of at least 1');
  return Number(text);
}

function readPercent(text: string): number {
  const percent = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (percent <= 100) return percent;
  throw new InvalidArgumentError('expected a percentage from 0 to 100');
}
