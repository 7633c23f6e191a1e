/** What goes wrong between a client and the API server. Shares are from 0 to 1, drawn for each request or event. */
export interface FaultPlan {
  /** How long each request waits before anything else happens to it. */
  readonly delayMs?: number;
  /** Requests that are answered 429, and after how many seconds the client may come back. */
  readonly tooMany?: { readonly share: number; readonly retryAfterSeconds: number };
  /** Requests that are answered with trouble; 500 unless another code is given. They are not carried out. */
  readonly errors?: { readonly share: number; readonly code?: number };
  /** Writes that are carried out and whose answer is lost with its connection. */
  readonly lostReplies?: number;
  readonly watches?: WatchFaults;
}

export interface WatchFaults {
  /** Every watch is told that its version is too old, at once or in an event. */
  readonly gone?: 'status' | 'event';
  /** Watches that are open, and those that are opened, keep their socket and bring nothing more, for ever. */
  readonly silent?: boolean;
  /** Events that come twice, never come, or come after the next one. */
  readonly duplicate?: number;
  readonly drop?: number;
  readonly swap?: number;
}

/** What was done to a request; an event's faults are counted apart. */
export type RequestFault = 'tooMany' | 'error' | 'lostReply' | 'gone' | 'silent';

/** One request, as the client sent it and as it was answered. */
export interface ProxiedRequest {
  /** When it came, by `performance.now()`. */
  readonly at: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly isWatch: boolean;
  readonly fault: RequestFault | undefined;
}

export interface EventCounts {
  passed: number;
  duplicated: number;
  dropped: number;
  swapped: number;
}

export type Random = () => number;

/** What happens to one request before the API server hears of it, if anything. */
export function faultOf(
  { tooMany, errors, lostReplies = 0, watches = {} }: FaultPlan,
  { method, isWatch }: Pick<ProxiedRequest, 'method' | 'isWatch'>,
  random: Random,
): RequestFault | undefined {
  if (hits(tooMany?.share ?? 0, random)) return 'tooMany';
  if (hits(errors?.share ?? 0, random)) return 'error';
  if (isWatch) return faultOfWatch(watches);
  return method !== 'GET' && hits(lostReplies, random) ? 'lostReply' : undefined;
}

/** What never happens draws nothing, so that the chances of what does are spread as `random` has them. */
function hits(share: number, random: Random): boolean {
  return share > 0 && random() < share;
}

function faultOfWatch({ gone, silent }: WatchFaults): RequestFault | undefined {
  if (gone !== undefined) return 'gone';
  return silent === true ? 'silent' : undefined;
}

/** The lines that a client is given for the lines of one watch, one call for each. */
export function createEventFaults(options: {
  readonly faults: () => WatchFaults;
  readonly counts: EventCounts;
  readonly random: Random;
}): (line: string) => readonly string[] {
  const { counts, random } = options;
  let held: string | undefined;
  return (line) => {
    const { drop = 0, duplicate = 0, swap = 0 } = options.faults();
    const earlier = held === undefined ? [] : [held];
    held = undefined;
    // A bookmark vouches for what came before it: it neither is lost nor overtakes.
    if (line.startsWith('{"type":"BOOKMARK"')) return [...earlier, line];
    if (hits(drop, random)) {
      counts.dropped += 1;
      return earlier;
    }
    if (earlier.length === 0 && hits(swap, random)) {
      counts.swapped += 1;
      held = line;
      return [];
    }
    counts.passed += 1;
    if (!hits(duplicate, random)) return [line, ...earlier];
    counts.duplicated += 1;
    return [line, line, ...earlier];
  };
}
