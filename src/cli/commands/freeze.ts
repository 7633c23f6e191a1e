import type { Command } from 'commander';
import type { FreezeAnswer, FreezeKeeper } from '../../activities/time/keep-freezes.ts';
import { readInstant } from '../../domain/time/local-time.ts';
import type { Freeze } from '../../domain/time/maintenance-window.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { ownName } from '../own-name.ts';
import { renderTable } from '../render/table.ts';
import { formatTime } from '../render/time.ts';
import { openTime } from '../time-services.ts';
import { helpTexts, type Runner } from './registration.ts';

const JSON_SHAPE =
  '{"kind":"freezes","cluster":…,"freezes":[{"name":…,"from":…,"to":…,"reason":…,"by":…,"state":"now","source":"cluster"}],"unreadable":[…]}';

interface AddOptions {
  readonly from?: string;
  readonly until: string;
  readonly reason?: string;
  readonly by?: string;
}

export function registerFreeze(program: Command, run: Runner): void {
  const freeze = program
    .command('freeze')
    .summary('let nothing be changed for a time, whatever the windows say')
    .description(
      'Freezes of a mesh, kept in its ConfigMap meshlift-freezes. Runs heed one within a second of its being added. Needs no Temporal.',
    )
    .addHelpText(
      'after',
      helpTexts({
        examples: [
          'meshlift freeze add prod-eu incident-12 --until 2026-11-23T06:00:00Z --reason "incident 12"',
          'meshlift freeze list prod-eu',
        ],
        json: JSON_SHAPE,
      }),
    );
  freeze
    .command('add')
    .summary('add a freeze')
    .argument('<cluster>', 'a cluster of meshlift.yaml')
    .argument('<name>', 'its name, of a-z, 0-9 and "-"')
    .requiredOption('--until <time>', 'its end, such as 2026-11-23T06:00:00Z, or 4h or 2d from now')
    .option('--from <time>', 'its beginning (default: now)')
    .option('--reason <text>', 'why')
    .option('--by <name>', 'who you are (default: user@host)')
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift freeze add prod-eu incident-12 --until 4h --reason "incident 12"'],
        json: JSON_SHAPE,
      }),
    )
    .action((cluster: string, name: string, options: AddOptions) =>
      run((context) => add(context, cluster, name, options)),
    );
  freeze
    .command('list')
    .summary('show the freezes that hold for a cluster, those of meshlift.yaml too')
    .argument('<cluster>', 'a cluster of meshlift.yaml')
    .addHelpText(
      'after',
      helpTexts({ examples: ['meshlift freeze list prod-eu'], json: JSON_SHAPE }),
    )
    .action((cluster: string) => run((context) => list(context, cluster)));
  freeze
    .command('remove')
    .summary('remove a freeze that was added')
    .argument('<cluster>', 'a cluster of meshlift.yaml')
    .argument('<name>', 'its name')
    .addHelpText(
      'after',
      helpTexts({ examples: ['meshlift freeze remove prod-eu incident-12'], json: JSON_SHAPE }),
    )
    .action((cluster: string, name: string) => run((context) => remove(context, cluster, name)));
}

async function add(
  context: CommandContext,
  cluster: string,
  name: string,
  { from, until, reason, by = ownName() }: AddOptions,
): Promise<ExitCode> {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    throw usage(`expected a name of a-z, 0-9 and "-", found "${name}"`);
  }
  const { keeper, freezes: module } = await openTime(context, cluster);
  const { at } = await module.listFreezes(keeper);
  const freeze: Freeze = {
    name,
    from: from === undefined ? at : readTime('--from', from, at),
    to: readTime('--until', until, at),
    ...(reason === undefined ? {} : { reason: reason.slice(0, MOST_LETTERS) }),
    ...(by === undefined ? {} : { by: by.slice(0, MOST_LETTERS) }),
  };
  if (freeze.to <= Math.max(freeze.from, at)) {
    throw usage('expected --until after --from, and after now');
  }
  assertDone(await module.addFreeze(keeper, freeze));
  return show(context, cluster, keeper);
}

async function list(context: CommandContext, cluster: string): Promise<ExitCode> {
  const { keeper } = await openTime(context, cluster);
  return show(context, cluster, keeper);
}

async function remove(context: CommandContext, cluster: string, name: string): Promise<ExitCode> {
  const { keeper, freezes } = await openTime(context, cluster);
  assertDone(await freezes.removeFreeze(keeper, name));
  return show(context, cluster, keeper);
}

const MOST_LETTERS = 300;
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time with its zone, or so long from now. */
function readTime(option: string, text: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return now + Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  const instant = readInstant(text);
  if (instant !== undefined) return instant;
  throw usage(
    `${option}: expected a time with its zone such as 2026-11-23T06:00:00Z or 2026-11-23T07:00:00+01:00, or 4h from now, found "${text}"`,
  );
}

function usage(message: string): CliError {
  return new CliError('Usage', EXIT_CODES.invalid, message);
}

function assertDone(answer: FreezeAnswer): void {
  if (answer.kind === 'refused') {
    throw new CliError('InvalidRequest', EXIT_CODES.invalid, answer.because);
  }
}

interface ShownFreeze {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly reason?: string;
  readonly by?: string;
  readonly state: 'now' | 'later' | 'over';
  /** Where it stands. */
  readonly source: 'cluster' | 'configuration';
}

async function show(
  context: CommandContext,
  cluster: string,
  keeper: FreezeKeeper,
): Promise<ExitCode> {
  const { config, freezes: module } = await openTime(context, cluster);
  const { freezes: added, unreadable, at } = await module.listFreezes(keeper);
  const configured = (config.freezes ?? []).filter(
    ({ clusters }) => clusters?.includes(cluster) ?? true,
  );
  const freezes = [
    ...added.map((each) => shown(each, at, 'cluster')),
    ...configured.map((each) => shown(each, at, 'configuration')),
  ].toSorted((one, other) => one.from.localeCompare(other.from));
  context.output.result({ kind: 'freezes', cluster, freezes, unreadable }, () =>
    render(context, freezes, unreadable),
  );
  return EXIT_CODES.done;
}

function shown(
  { name, from, to, reason, by }: Freeze,
  now: number,
  source: ShownFreeze['source'],
): ShownFreeze {
  return {
    name,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    ...(reason === undefined ? {} : { reason }),
    ...(by === undefined ? {} : { by }),
    state: to <= now ? 'over' : from <= now ? 'now' : 'later',
    source,
  };
}

function render(
  { output }: CommandContext,
  freezes: readonly ShownFreeze[],
  unreadable: readonly string[],
): string {
  const rows = freezes.map(({ name, state, from, to, source, by = '', reason = '' }) => [
    name,
    state,
    formatTime(from),
    formatTime(to),
    source,
    by,
    reason,
  ]);
  const table =
    rows.length === 0
      ? 'No freeze.'
      : renderTable(output, ['FREEZE', 'HOLDS', 'FROM', 'UNTIL', 'IN', 'BY', 'REASON'], rows);
  const bad = unreadable.map(
    (name) => `${name}: cannot be read, so nothing is changed until it is removed`,
  );
  return [table, ...bad].join('\n');
}
