import { Command, InvalidArgumentError, Option } from 'commander';
import { CONTENDERS, type ContenderName } from './contender.ts';

export interface DataPlaneOptions {
  readonly workloads: number;
  readonly rounds: number;
  /** How many of the rounds `b1` takes part in. */
  readonly b1Rounds: number;
  readonly contenders: readonly ContenderName[];
  /** Workloads at once for the scripts; for meshlift twice as many pods, since a workload has two. */
  readonly parallel: number;
  readonly slowPercent: number;
  /** Most new pods a second that meshlift may make. */
  readonly podsPerSecond: number;
}

/** What the two istiods of the rig admit by Istio's own limit, with a fifth to spare: 2 × 0.8 × (15 + 5). */
const DEFAULT_PODS_PER_SECOND = 32;

export const DATA_PLANE_DEFAULTS: DataPlaneOptions = {
  workloads: 200,
  rounds: 5,
  b1Rounds: 5,
  contenders: CONTENDERS,
  parallel: 10,
  slowPercent: 10,
  podsPerSecond: DEFAULT_PODS_PER_SECOND,
};

export interface BenchCommand {
  readonly options: DataPlaneOptions;
  readonly output: 'text' | 'json';
}

/** Reads `npm run bench -- data-plane …`; throws what commander throws. */
export function readBenchOptions(args: readonly string[]): BenchCommand {
  let found: BenchCommand | undefined;
  const bench = new Command('bench')
    .description('Measures meshlift beside what people do without it, on a rig of its own')
    .showHelpAfterError('(add --help to see how it is used)')
    .exitOverride();
  buildDataPlane((read) => (found = read), bench.command('data-plane'));
  bench.parse([...args], { from: 'user' });
  return found ?? bench.error('error: expected what to measure: data-plane');
}

function buildDataPlane(done: (read: BenchCommand) => void, command: Command): void {
  const { workloads, rounds, b1Rounds, parallel, slowPercent, podsPerSecond } = DATA_PLANE_DEFAULTS;
  command
    .description(
      'restarting workloads onto another revision: kubectl scripts and meshlift, in turn',
    )
    .option('--workloads <count>', 'in the mesh', readCount, workloads)
    .option('--rounds <count>', 'of each contender', readCount, rounds)
    .option('--b1-rounds <count>', 'of b1, which takes longest', readCount, b1Rounds)
    .option('--contenders <list>', CONTENDERS.join(','), readContenders, CONTENDERS)
    .option(
      '--parallel <k>',
      'workloads (b2, meshlift) or namespaces (b3) at once',
      readCount,
      parallel,
    )
    .option('--slow <percent>', 'workloads of which a pod takes seconds', readPercent, slowPercent)
    .option('--pods-per-second <count>', "meshlift's own limit", readCount, podsPerSecond)
    .addOption(new Option('-o, --output <format>').choices(['text', 'json']).default('text'))
    .action((options: Parsed) => {
      const { slow, output, ...rest } = options;
      done({ options: { ...rest, slowPercent: slow }, output });
    });
}

interface Parsed extends Omit<DataPlaneOptions, 'slowPercent'> {
  readonly slow: number;
  readonly output: 'text' | 'json';
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

function readContenders(text: string): readonly ContenderName[] {
  const names = text.split(',');
  const known = CONTENDERS.filter((name) => names.includes(name));
  if (known.length === names.length) return known;
  throw new InvalidArgumentError(`expected some of ${CONTENDERS.join(', ')}, each once`);
}
