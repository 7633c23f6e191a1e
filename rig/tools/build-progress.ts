import { SingleBar } from 'cli-progress';
import pc from 'picocolors';
import type { BuildStep } from './build-family.ts';

export interface BuildProgress {
  /** Called once, when something is to be built. */
  readonly begin: (plan: { titles: readonly string[]; usualSeconds: number }) => void;
  readonly family: (family: FamilyInProgress) => FamilyProgress;
  readonly note: (line: string) => void;
}

export interface FamilyInProgress {
  readonly title: string;
  readonly position: number;
  readonly total: number;
  readonly usualSeconds: number;
}

export interface FamilyProgress {
  readonly step: (step: BuildStep) => void;
  readonly done: (seconds: number) => void;
  readonly failed: () => void;
}

const PLAIN_INTERVAL_MS = 15_000;
const LIVE_INTERVAL_MS = 1_000;

/** A live bar on a terminal, a plain line now and then elsewhere. */
export function createBuildProgress(stream: NodeJS.WriteStream): BuildProgress {
  const write = (line: string) => stream.write(`${line}\n`);
  return {
    begin({ titles, usualSeconds }) {
      const what = `${titles.length} ${titles.length === 1 ? 'tool' : 'tools'} to build, once`;
      write(
        `${what}: ${titles.join(', ')}; usually ${clock(usualSeconds)} on two cores from nothing`,
      );
    },
    family: (f) => (stream.isTTY ? liveFamily(f, stream) : plainFamily(f, write)),
    note: write,
  };
}

function liveFamily(f: FamilyInProgress, stream: NodeJS.WriteStream): FamilyProgress {
  const format = `${label(f)}  {bar}  {clock} of about ${clock(f.usualSeconds)}  ${pc.dim('{doing}')}`;
  const bar = new SingleBar({
    stream,
    format,
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    barCompleteChar: '█',
    barIncompleteChar: '░',
  });
  const meter = createMeter();
  bar.start(f.usualSeconds, 0, { clock: clock(0), doing: '' });
  const update = () => {
    const seconds = meter.seconds();
    // The bar measures time against the usual time, so it waits short of the end when a build takes longer.
    const shown = Math.min(seconds, f.usualSeconds * 0.99);
    bar.update(shown, { clock: clock(seconds), doing: meter.doing() });
  };
  const timer = setInterval(update, LIVE_INTERVAL_MS);
  const end = () => {
    clearInterval(timer);
    bar.stop();
  };
  return {
    step: meter.step,
    done(seconds) {
      end();
      stream.write(`${label(f)}  ${pc.green('built')} in ${clock(seconds)}\n`);
    },
    failed: end,
  };
}

function plainFamily(f: FamilyInProgress, write: (line: string) => void): FamilyProgress {
  const meter = createMeter();
  write(`${label(f)}: building, usually ${clock(f.usualSeconds)}`);
  const update = () => {
    write(
      `${label(f)}: ${clock(meter.seconds())} of about ${clock(f.usualSeconds)}, ${meter.doing()}`,
    );
  };
  const timer = setInterval(update, PLAIN_INTERVAL_MS);
  return {
    step: meter.step,
    done(seconds) {
      clearInterval(timer);
      write(`${label(f)}: built in ${clock(seconds)}`);
    },
    failed: () => clearInterval(timer),
  };
}

interface Meter {
  readonly step: (step: BuildStep) => void;
  readonly seconds: () => number;
  readonly doing: () => string;
}

function createMeter(): Meter {
  const startedAt = Date.now();
  let fetched = 0;
  let compiled = 0;
  return {
    step(step: BuildStep) {
      if (step === 'fetching') fetched += 1;
      else compiled += 1;
    },
    seconds: () => (Date.now() - startedAt) / 1000,
    doing() {
      if (compiled > 0) return `${compiled} packages compiled`;
      return fetched > 0 ? `${fetched} modules fetched` : 'checking what is compiled already';
    },
  };
}

function label({ title, position, total }: FamilyInProgress): string {
  return `[${position}/${total}] ${title}`;
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
