import { isDeepStrictEqual } from 'node:util';
import { ScheduleAlreadyRunning } from '@temporalio/client';
import {
  createSchedule as createInTemporal,
  type KeptSchedule,
  type NewSchedule,
} from '../../clients/temporal-schedules.ts';
import type { Config } from '../../config/config.ts';
import type { Strategy } from '../../domain/planning/plan.ts';
import { describePolicy } from '../../domain/standing-policy/describe-policy.ts';
import { longestGapDays } from '../../domain/standing-policy/longest-gap.ts';
import type {
  MaintenanceRequest,
  StandingPolicy,
} from '../../domain/standing-policy/maintenance-request.ts';
import { parseMaintenanceRequest } from '../../domain/standing-policy/parse-maintenance-request.ts';
import { scheduleTimes } from '../../domain/standing-policy/schedule-calendars.ts';
import { describeWindow } from '../../domain/time/describe-window.ts';
import type { MaintenanceWindow } from '../../domain/time/maintenance-window.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { invalid } from '../request-input.ts';
import { QUERY_DEADLINE_MS, withDeadline } from '../temporal/ask-run.ts';
import type { TemporalSession } from '../temporal/session.ts';
import { findSchedule } from './find-schedule.ts';
import { viewSchedule } from './schedule-view.ts';

export interface CreateOptions {
  readonly window: string;
  readonly policy: StandingPolicy['kind'];
  readonly days?: number;
  readonly strategy?: Strategy;
  readonly name?: string;
}

/** Makes the schedule, unless that very one is there already. */
export async function createSchedule(
  context: CommandContext,
  cluster: string,
  options: CreateOptions,
): Promise<ExitCode> {
  const config = await context.config();
  const now = Date.now();
  const request = requestOf(cluster, options);
  const window = requireWindow(config, request, now);
  const wanted: NewSchedule = {
    name: options.name ?? `${cluster}-${window.name}`,
    taskQueue: config.taskQueue,
    request,
    window,
    times: scheduleTimes(window, now),
    summary: `${cluster}: ${describePolicy(request.policy)}`,
  };
  const session = await context.temporal();
  const created = await makeUnlessThere(session, wanted);
  const kept = await findSchedule(session, wanted.name);
  if (!created) requireSame(wanted, kept);
  const view = viewSchedule(kept, { windows: config.windows, now });
  context.output.result({ kind: 'schedule', created, schedule: view }, () =>
    [
      `${created ? 'Made' : 'There is already'} the schedule ${wanted.name}: ${view.does}`,
      `Window: ${describeWindow(window)}`,
      ...(view.paused ? ['It is paused.'] : [`Next:   ${view.next[0] ?? 'never'}`]),
      `See it: meshlift schedule show ${wanted.name}`,
    ].join('\n'),
  );
  return EXIT_CODES.done;
}

function requestOf(
  cluster: string,
  { window, policy: kind, days, strategy }: CreateOptions,
): MaintenanceRequest {
  const isVersion = kind === 'patch' || kind === 'minor';
  if (!isVersion && (days !== undefined || strategy !== undefined)) {
    throw invalid(`--days and --strategy belong to --policy patch and minor, found ${kind}`);
  }
  const inDays = kind === 'patch' ? 'withinDays' : 'supportedDays';
  const parsed = parseMaintenanceRequest({
    cluster,
    window,
    policy: {
      kind,
      ...(days === undefined ? {} : { [inDays]: days }),
      ...(strategy === undefined ? {} : { strategy }),
    },
  });
  if (parsed.kind === 'request') return parsed.request;
  throw invalid(parsed.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
}

/** The window, if the configuration has it and it opens as often as the policy promises. */
function requireWindow(
  { file, clusters, windows = [] }: Config,
  { cluster, window: name, policy }: MaintenanceRequest,
  now: number,
): MaintenanceWindow {
  if (!clusters.has(cluster)) {
    const known = [...clusters.keys()].join(', ') || 'none';
    throw invalid(`expected a cluster of ${file} (${known}), found "${cluster}"`);
  }
  const window = windows.find((each) => each.name === name);
  if (window === undefined) {
    const known = windows.map((each) => each.name).join(', ') || 'none';
    throw invalid(`expected a window of ${file} (${known}), found "${name}"`);
  }
  const gap = longestGapDays(window, now);
  if (gap === Number.POSITIVE_INFINITY) {
    throw invalid(`${describeWindow(window)}: it never opens again. Name another window`);
  }
  if (policy.kind === 'patch' && gap > policy.withinDays) {
    throw invalid(
      `expected a window that opens at least every ${policy.withinDays} days, as the policy asks for, found one that is closed for up to ${Math.ceil(gap)} days (${describeWindow(window)}). Name another window, or --days ${Math.ceil(gap)}`,
    );
  }
  return window;
}

async function makeUnlessThere(session: TemporalSession, wanted: NewSchedule): Promise<boolean> {
  try {
    await withDeadline(session, QUERY_DEADLINE_MS, () => createInTemporal(session.client, wanted));
    return true;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false;
    throw error;
  }
}

function requireSame({ name, request, window }: NewSchedule, kept: KeptSchedule): void {
  const parsed = parseMaintenanceRequest(kept.input);
  const differs = [
    ...(parsed.kind === 'request' && isDeepStrictEqual(parsed.request, request)
      ? []
      : [`expected the input ${JSON.stringify(request)}, found ${JSON.stringify(kept.input)}`]),
    ...(isDeepStrictEqual(kept.madeFrom, window)
      ? []
      : [
          kept.madeFrom === undefined
            ? 'it was made without meshlift, so its times cannot be compared'
            : `the window has changed since, to ${describeWindow(window)}`,
        ]),
  ];
  if (differs.length === 0) return;
  throw new CliError(
    'AlreadyExists',
    EXIT_CODES.failed,
    `a schedule ${name} is there already, and it differs: ${differs.join('; ')}. Nothing was changed.\n` +
      `Choose another --name, or delete it first: meshlift schedule delete ${name}`,
  );
}
