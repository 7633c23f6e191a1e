import { describeWindow } from './describe-window.ts';
import type {
  ClosedWindow,
  Freeze,
  MaintenanceWindow,
  Opening,
  WindowVerdict,
} from './maintenance-window.ts';
import { HORIZONS_DAYS, openingsOf } from './openings.ts';

export interface WindowQuestion {
  /** Any of them is enough; none: only freezes count. */
  readonly windows: readonly MaintenanceWindow[];
  readonly freezes: readonly Freeze[];
  /** ms since 1970. */
  readonly instant: number;
  /** What is about to begin takes that long; absent: a moment. */
  readonly seconds?: number;
}

const DAY_MS = 86_400_000;
/** Windows last a week at most. */
const LOOK_BACK_MS = 8 * DAY_MS;
/** What takes longer than any opening may begin in the first tenth of one, and is parked at its end. */
const LEAST_SHARE = 0.9;

/**
 * Whether a mesh may be changed at an instant, and until when, or why not and from when on. A freeze
 * always wins.
 */
export function verdictAt(question: WindowQuestion): WindowVerdict {
  const { instant } = question;
  const [near] = HORIZONS_DAYS;
  const spans = openSpans(question, instant + near * DAY_MS);
  const here = spans.find((span) => span.opensAt <= instant && instant < span.closesAt);
  const neededMs = timeNeeded(question, spans);
  if (here === undefined || here.closesAt - instant < neededMs) {
    return closed(question, neededMs, here);
  }
  return here.closesAt >= instant + near * DAY_MS
    ? { kind: 'open' }
    : { kind: 'open', until: isoOf(here.closesAt) };
}

/**
 * How much has to be left of an opening (ms). The longest of these weeks is the measure, and none that a
 * freeze or an excepted date cuts short.
 */
function timeNeeded({ seconds = 0 }: WindowQuestion, spans: readonly Opening[]): number {
  const lengths = spans.map(({ opensAt, closesAt }) => closesAt - opensAt);
  return Math.min(seconds * 1000, Math.max(0, ...lengths) * LEAST_SHARE);
}

function closed(
  question: WindowQuestion,
  neededMs: number,
  here: Opening | undefined,
): ClosedWindow {
  const { windows, freezes, instant, seconds = 0 } = question;
  const next = nextSpan(question, neededMs);
  const opensAt = next === undefined ? {} : { opensAt: isoOf(next.opensAt) };
  const frozen = freezes.filter(({ from, to }) => from <= instant && instant < to);
  if (frozen.length > 0) {
    return { kind: 'closed', because: frozen.map(describeFreeze).join('; '), ...opensAt };
  }
  const names = windows.map(describeWindow).join('; ');
  if (here === undefined) {
    const never = next === undefined ? ', and never will be' : '';
    return { kind: 'closed', because: `no window is open${never} (${names})`, ...opensAt };
  }
  const end = isoOf(here.closesAt);
  const until = windows.length === 0 ? `before the freeze at ${end}` : `before ${end} (${names})`;
  return {
    kind: 'closed',
    because: `what takes ${Math.ceil(seconds / 60)} min would not end ${until}`,
    ...opensAt,
  };
}

function nextSpan(question: WindowQuestion, neededMs: number): Opening | undefined {
  for (const days of HORIZONS_DAYS) {
    const spans = openSpans(question, question.instant + days * DAY_MS);
    const found = spans.find(
      ({ opensAt, closesAt }) => opensAt > question.instant && closesAt - opensAt >= neededMs,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `freeze "year-end" until 2027-01-03T23:00:00.000Z: no changes`. */
export function describeFreeze({ name, to, reason, by }: Freeze): string {
  const who = by === undefined ? '' : ` by ${by}`;
  return `freeze "${name}"${who} until ${isoOf(to)}${reason === undefined ? '' : `: ${reason}`}`;
}

/** When changes may be made, in order and apart from one another, from a week before the instant on. */
function openSpans({ windows, freezes, instant }: WindowQuestion, to: number): readonly Opening[] {
  const from = instant - LOOK_BACK_MS;
  const open =
    windows.length === 0
      ? [{ opensAt: Number.NEGATIVE_INFINITY, closesAt: Number.POSITIVE_INFINITY }]
      : joined(windows.flatMap((window) => openingsOf(window, from, to)));
  return freezes.reduce(withoutFreeze, open);
}

function joined(openings: readonly Opening[]): Opening[] {
  const spans: Opening[] = [];
  for (const each of openings.toSorted((a, b) => a.opensAt - b.opensAt)) {
    const last = spans.at(-1);
    if (last === undefined || each.opensAt > last.closesAt) spans.push(each);
    else spans[spans.length - 1] = { ...last, closesAt: Math.max(last.closesAt, each.closesAt) };
  }
  return spans;
}

function withoutFreeze(spans: readonly Opening[], { from, to }: Freeze): Opening[] {
  return spans.flatMap(({ opensAt, closesAt }) =>
    [
      { opensAt, closesAt: Math.min(closesAt, from) },
      { opensAt: Math.max(opensAt, to), closesAt },
    ].filter((span) => span.opensAt < span.closesAt),
  );
}

function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}
