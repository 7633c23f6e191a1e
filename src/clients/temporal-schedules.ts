import {
  DAYS_OF_WEEK,
  MONTHS,
  ScheduleNotFoundError,
  type CalendarSpec,
  type Client,
  type ScheduleDescription,
  type ScheduleOptions,
} from '@temporalio/client';
import type {
  OpeningCalendar,
  ScheduleTimes,
  SkippedDays,
} from '../domain/standing-policy/schedule-calendars.ts';
import type { MaintenanceRequest } from '../domain/standing-policy/maintenance-request.ts';
import type { MaintenanceWindow } from '../domain/time/maintenance-window.ts';

/** The workflow type that a schedule of ours starts. */
export const SCHEDULED_TYPE = 'openMaintenanceWindow';

/** After an outage an opening is made up for only as long; later ones count as missed. */
const CATCH_UP = '10 minutes';
/** Schedules of many clusters that open at the same time begin within that, at most. */
const MOST_JITTER_SECONDS = 60;

/** A schedule to make. */
export interface NewSchedule {
  readonly name: string;
  readonly taskQueue: string;
  readonly request: MaintenanceRequest;
  /** The window as it is now: kept, so that a later change of it can be seen. */
  readonly window: MaintenanceWindow;
  readonly times: ScheduleTimes;
  /** One line for people. */
  readonly summary: string;
}

/** A schedule as the server has it. Times in ms since 1970. */
export interface KeptSchedule {
  readonly name: string;
  /** The workflow type that it starts. */
  readonly starts: string;
  /** The input that it gives, as it was written. */
  readonly input: unknown;
  /** The window that it was made from; absent where somebody made it without meshlift. */
  readonly madeFrom?: unknown;
  readonly timeZone: string;
  readonly paused: boolean;
  readonly note?: string;
  readonly createdAt: number;
  /** Those that the server remembers, oldest first. */
  readonly actions: readonly ScheduleAction[];
  readonly running: readonly { readonly workflowId: string; readonly runId: string }[];
  readonly next: readonly number[];
  readonly taken: number;
  readonly missedCatchUp: number;
  readonly skippedOverlap: number;
}

export interface ScheduleAction {
  readonly scheduledAt: number;
  readonly takenAt: number;
  readonly workflowId: string;
  readonly runId: string;
}

/** Makes a schedule; throws `ScheduleAlreadyRunning` when its name is taken. */
export async function createSchedule(client: Client, schedule: NewSchedule): Promise<void> {
  await client.schedule.create(optionsOf(schedule));
}

function optionsOf({
  name,
  taskQueue,
  request,
  window,
  times,
  summary,
}: NewSchedule): ScheduleOptions {
  return {
    scheduleId: name,
    spec: {
      calendars: times.calendars.map(toCalendar),
      skip: times.skip.map(toSkipped),
      timezone: times.timeZone,
      jitter: Math.min(MOST_JITTER_SECONDS, Math.floor(window.durationSeconds / 10)) * 1000,
      ...(times.startAt === undefined ? {} : { startAt: new Date(times.startAt) }),
    },
    action: {
      type: 'startWorkflow',
      workflowType: SCHEDULED_TYPE,
      // The server adds the time; the lock is the id of the run that this one starts.
      workflowId: `maintenance/${name}`,
      taskQueue,
      args: [request],
      staticSummary: summary,
    },
    policies: { overlap: 'SKIP', catchupWindow: CATCH_UP, pauseOnFailure: true },
    memo: { [MADE_FROM]: window },
    state: { note: summary },
  };
}

const MADE_FROM = 'window';

function toCalendar(calendar: OpeningCalendar): CalendarSpec {
  const { hour, minute, weekdays, days, months, year } = calendar;
  return {
    hour,
    minute,
    ...(weekdays === undefined
      ? {}
      : { dayOfWeek: weekdays.flatMap((each) => DAYS_OF_WEEK[each] ?? []) }),
    ...(days === undefined ? {} : { dayOfMonth: { start: days.from, end: days.to, step: 1 } }),
    ...(months === undefined ? {} : { month: months.flatMap((each) => MONTHS[each - 1] ?? []) }),
    ...(year === undefined ? {} : { year }),
  };
}

function toSkipped({ year, month, days }: SkippedDays): CalendarSpec {
  return {
    ...toCalendar({ hour: 0, minute: 0, year, months: [month], days }),
    // A time is skipped where all of it matches, to the second.
    hour: '*',
    minute: '*',
  };
}

/** The schedule of that name; absent when the server has none. */
export async function readSchedule(
  client: Client,
  name: string,
): Promise<KeptSchedule | undefined> {
  try {
    return keptOf(await client.schedule.getHandle(name).describe());
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** The schedules that open maintenance windows, by name. Eventually consistent, as lists are. */
export async function listSchedules(client: Client): Promise<readonly KeptSchedule[]> {
  const found: KeptSchedule[] = [];
  for await (const { scheduleId, action } of client.schedule.list()) {
    if (action?.workflowType !== SCHEDULED_TYPE) continue;
    const kept = await readSchedule(client, scheduleId);
    if (kept !== undefined) found.push(kept);
  }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function keptOf(description: ScheduleDescription): KeptSchedule {
  const { scheduleId, action, spec, state, info, memo } = description;
  const madeFrom = memo?.[MADE_FROM];
  return {
    name: scheduleId,
    starts: action.workflowType,
    input: action.args?.[0],
    ...(madeFrom === undefined ? {} : { madeFrom }),
    timeZone: spec.timezone ?? 'UTC',
    paused: state.paused,
    ...(state.note === undefined || state.note === '' ? {} : { note: state.note }),
    createdAt: info.createdAt.getTime(),
    actions: info.recentActions.map(({ scheduledAt, takenAt, action: { workflow } }) => ({
      scheduledAt: scheduledAt.getTime(),
      takenAt: takenAt.getTime(),
      workflowId: workflow.workflowId,
      runId: workflow.firstExecutionRunId,
    })),
    running: info.runningActions.map(({ workflow }) => ({
      workflowId: workflow.workflowId,
      runId: workflow.firstExecutionRunId,
    })),
    next: info.nextActionTimes.map((time) => time.getTime()),
    taken: info.numActionsTaken,
    missedCatchUp: info.numActionsMissedCatchupWindow,
    skippedOverlap: info.numActionsSkippedOverlap,
  };
}
