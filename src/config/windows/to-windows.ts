import type { PolicyWindows } from '../../domain/policy.ts';
import type {
  DateRange,
  MaintenanceWindow,
  WindowRule,
} from '../../domain/time/maintenance-window.ts';
import type { Config } from '../config.ts';
import { parseYaml } from '../parse-yaml.ts';
import { readText } from '../read-text.ts';
import type { ConfigFile, PolicyFile } from '../schema.ts';
import { aksConfiguration } from './aks/schema.ts';
import { fromAks } from './aks/to-window.ts';
import { endOf, startOf, type WindowFile } from './schema.ts';

/** What is wrong with a part of the file, and where that part is. */
export interface WindowProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const MAX_BYTES = 1_000_000;
/** The shortest time in which a workload can be restarted and be well again. */
const RESTART_SECONDS = 60;

/** Windows and freezes of the file; absent where it has none. Throws where `windowProblems` names some. */
export function toWindows(
  { windows, freezes }: Pick<ConfigFile, 'windows' | 'freezes'>,
  resolve: (relative: string) => string,
): Pick<Config, 'windows' | 'freezes'> {
  const read = Object.entries(windows).map(([name, each]) => toWindow(name, each, resolve));
  const held = freezes.map(({ name, from, to, timeZone, clusters, reason }) => ({
    name,
    from: startOf(timeZone, from),
    to: endOf(timeZone, to),
    ...(clusters === undefined ? {} : { clusters }),
    ...(reason === undefined ? {} : { reason }),
  }));
  return {
    ...(read.length === 0 ? {} : { windows: read }),
    ...(held.length === 0 ? {} : { freezes: held }),
  };
}

/** What only shows once the files that windows name are read: they are wrong, or too short. */
export function windowProblems(
  file: Pick<ConfigFile, 'windows' | 'policies'>,
  resolve: (relative: string) => string,
): readonly WindowProblem[] {
  const known = new Map<string, MaintenanceWindow>();
  const problems: WindowProblem[] = [];
  for (const [name, each] of Object.entries(file.windows)) {
    try {
      known.set(name, toWindow(name, each, resolve));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      problems.push({ path: ['windows', name, 'aks'], message });
    }
  }
  for (const [policy, { windows, soak }] of Object.entries(file.policies)) {
    for (const [index, name] of (windows?.dataPlane ?? []).entries()) {
      const found = known.get(name)?.durationSeconds ?? Number.POSITIVE_INFINITY;
      const least = soak.wave + RESTART_SECONDS;
      if (found >= least) continue;
      problems.push({
        path: ['policies', policy, 'windows', 'dataPlane', index],
        message: `expected a window of at least ${least} s, for one restart and the soak of a wave, found ${name} with ${found} s. Make it longer, or soak.wave shorter`,
      });
    }
  }
  return problems;
}

function toWindow(
  name: string,
  file: WindowFile,
  resolve: (relative: string) => string,
): MaintenanceWindow {
  if ('aks' in file) return fromAksFile(name, resolve(file.aks));
  const { timeZone, start, duration, except, startDate } = file;
  return {
    name,
    timeZone,
    rule: toRule(file),
    start,
    durationSeconds: duration,
    except: except.map((each): DateRange =>
      typeof each === 'string' ? { from: each, to: each } : each,
    ),
    ...(startDate === undefined ? {} : { startDate }),
  };
}

function toRule({ daily, weekly, monthly }: Exclude<WindowFile, { aks: string }>): WindowRule {
  if (weekly !== undefined) {
    return { kind: 'weekly', days: weekly.days, every: weekly.everyWeeks };
  }
  if (monthly === undefined) return { kind: 'daily', every: daily?.everyDays ?? 1 };
  return 'dayOfMonth' in monthly
    ? { kind: 'day-of-month', day: monthly.dayOfMonth, every: monthly.everyMonths }
    : {
        kind: 'weekday-of-month',
        week: monthly.week,
        day: monthly.day,
        every: monthly.everyMonths,
      };
}

function fromAksFile(name: string, file: string): MaintenanceWindow {
  const parsed = aksConfiguration.safeParse(parseYaml(readText(file, MAX_BYTES)).value);
  if (parsed.success) {
    try {
      return fromAks(name, parsed.data);
    } catch (error) {
      if (error instanceof TypeError) {
        throw new TypeError(`${file}: ${error.message}`, { cause: error });
      }
      throw error;
    }
  }
  const [issue] = parsed.error.issues;
  throw new TypeError(`${file}: ${issue?.message ?? 'expected a maintenance configuration'}`);
}

/** What a policy needs; absent where it names nothing, so that digests of plans stay. */
export function toPolicyWindows({ windows }: Pick<PolicyFile, 'windows'>): {
  readonly windows?: PolicyWindows;
} {
  if (windows === undefined) return {};
  const { prepare, controlPlane, dataPlane, complete, compensation } = windows;
  return {
    windows: {
      ...(prepare === undefined ? {} : { prepare }),
      ...(controlPlane === undefined ? {} : { controlPlane }),
      ...(dataPlane === undefined ? {} : { dataPlane }),
      ...(complete === undefined ? {} : { complete }),
      compensation,
    },
  };
}
