import { isDeepStrictEqual } from 'node:util';
import type { KeptSchedule } from '../../clients/temporal-schedules.ts';
import { describePolicy } from '../../domain/standing-policy/describe-policy.ts';
import type { MaintenanceRequest } from '../../domain/standing-policy/maintenance-request.ts';
import { knownSince, missedOpenings } from '../../domain/standing-policy/missed-openings.ts';
import { parseMaintenanceRequest } from '../../domain/standing-policy/parse-maintenance-request.ts';
import { describeWindow } from '../../domain/time/describe-window.ts';
import type { MaintenanceWindow } from '../../domain/time/maintenance-window.ts';
import { openingsOf } from '../../domain/time/openings.ts';

/** A schedule as commands show it. Times are ISO 8601. */
export interface ScheduleView {
  readonly name: string;
  /** Absent where the schedule's input is none that meshlift would take. */
  readonly request?: MaintenanceRequest;
  /** The standing policy, or what is wrong with the input, in words. */
  readonly does: string;
  readonly timeZone: string;
  readonly paused: boolean;
  readonly note?: string;
  /** When Temporal starts it next; it begins nothing where the window is not open then. */
  readonly next: readonly string[];
  readonly last?: string;
  readonly taken: number;
  /** When openings began that are over and in which it did nothing, as far back as Temporal remembers. */
  readonly missed: readonly string[];
  /** Actions that Temporal itself left out: it was away for too long, or one was still open. */
  readonly missedCatchUp: number;
  readonly skippedOverlap: number;
  /** What does not fit any more, and what to do. */
  readonly remarks: readonly string[];
}

export interface ViewQuestion {
  /** Of `meshlift.yaml`; absent where there is none. */
  readonly windows?: readonly MaintenanceWindow[] | undefined;
  /** ms since 1970. */
  readonly now: number;
}

/** What is told of a schedule. */
export function viewSchedule(kept: KeptSchedule, { windows, now }: ViewQuestion): ScheduleView {
  const { name, timeZone, paused, note, taken, missedCatchUp, skippedOverlap } = kept;
  const parsed = parseMaintenanceRequest(kept.input);
  const request = parsed.kind === 'request' ? parsed.request : undefined;
  const window = windows?.find((each) => each.name === request?.window);
  const last = kept.actions.at(-1);
  return {
    name,
    ...(request === undefined ? {} : { request }),
    does:
      request === undefined ? 'fails: its input cannot be read' : describePolicy(request.policy),
    timeZone,
    paused,
    ...(note === undefined ? {} : { note }),
    next: paused ? [] : kept.next.slice(0, MOST_NEXT).map(isoOf),
    ...(last === undefined ? {} : { last: isoOf(last.takenAt) }),
    taken,
    missed: window === undefined ? [] : missedOf(kept, window, now),
    missedCatchUp,
    skippedOverlap,
    remarks: remarksOn(kept, { request, windows, window }),
  };
}

const MOST_NEXT = 3;
/** More than anybody reads; the newest are kept. */
const MOST_MISSED = 20;

function missedOf(kept: KeptSchedule, window: MaintenanceWindow, now: number): readonly string[] {
  const actions = kept.actions.map(({ scheduledAt }) => scheduledAt);
  const since = knownSince({ createdAt: kept.createdAt, actions });
  const openings = openingsOf(window, since, now);
  return missedOpenings(openings, { since, until: now, actions, now })
    .slice(-MOST_MISSED)
    .map(({ opensAt }) => isoOf(opensAt));
}

function remarksOn(
  { name, input, madeFrom }: KeptSchedule,
  {
    request,
    windows,
    window,
  }: {
    readonly request: MaintenanceRequest | undefined;
    readonly windows: readonly MaintenanceWindow[] | undefined;
    readonly window: MaintenanceWindow | undefined;
  },
): readonly string[] {
  const anew = `Make it anew: meshlift schedule delete ${name}, then meshlift schedule create`;
  if (request === undefined) {
    return [`expected a maintenance request, found ${JSON.stringify(input) ?? 'nothing'}. ${anew}`];
  }
  if (windows === undefined) return [];
  if (window === undefined) {
    return [`meshlift.yaml has no window ${request.window} any more: it will fail. ${anew}`];
  }
  if (madeFrom === undefined || isDeepStrictEqual(madeFrom, window)) return [];
  return [`the window has changed since (${describeWindow(window)}). ${anew}`];
}

function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}
