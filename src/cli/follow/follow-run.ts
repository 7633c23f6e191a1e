import { setTimeout as delay } from 'node:timers/promises';
import type { PlanOutline } from '../../domain/planning/plan.ts';
import type { Progress } from '../../domain/progress.ts';
import {
  askPlan,
  askProgress,
  handleOf,
  QUERY_DEADLINE_MS,
  withDeadline,
} from '../temporal/ask-run.ts';
import type { RunRef } from '../temporal/run-ref.ts';
import { readCurrent } from '../temporal/read-current.ts';
import { completeEnd } from '../temporal/read-run.ts';
import { awaitEnd, type RunEnd } from '../temporal/run-end.ts';
import type { TemporalSession } from '../temporal/session.ts';
import type { Display } from './display.ts';
import { describeNeed, needOf, type Need } from './person-needed.ts';

export type FollowEnd =
  | { readonly kind: 'ended'; readonly end: RunEnd }
  | { readonly kind: 'person-needed'; readonly need: Need; readonly progress: Progress }
  | { readonly kind: 'detached' };

export interface FollowOptions {
  readonly run: RunRef;
  readonly display: Display;
  /** Return as soon as a person is waited for. */
  readonly untilGate: boolean;
  readonly signal: AbortSignal;
}

const POLL_MS = 1000;
/** Statuses after which nothing more comes. */
const ENDED = new Set<string>(['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT']);
/** Short, so that the end of a run is not noticed late because a query still waits for a worker. */
const PROGRESS_DEADLINE_MS = 5000;

/** Shows a run until it has ended, a person is needed (if asked for), or the viewer leaves. */
export async function followRun(
  session: TemporalSession,
  options: FollowOptions,
): Promise<FollowEnd> {
  const { run, display, signal } = options;
  // Says at once that there is no such run, before anything is waited for.
  const described = await withDeadline(session, QUERY_DEADLINE_MS, () =>
    handleOf(session, run).describe(),
  );
  const ending = session.client.withAbortSignal(signal, () => awaitEnd(session, run));
  // The loop looks at it every turn; until then a failure must not count as unhandled.
  ending.catch(() => undefined);
  try {
    // What has ended is told by its history; asking a worker would only race with it.
    const seen: FollowEnd = ENDED.has(described.status.name)
      ? { kind: 'ended', end: await ending }
      : await watch(session, options, ending);
    if (seen.kind !== 'ended') {
      display.stop();
      return seen;
    }
    const end = await completeEnd(session, run, seen.end);
    display.stop(end.report);
    return { kind: 'ended', end };
  } catch (error) {
    display.stop();
    if (signal.aborted) return { kind: 'detached' };
    throw error;
  }
}

async function watch(
  session: TemporalSession,
  { run, display, untilGate, signal }: FollowOptions,
  ending: Promise<RunEnd>,
): Promise<FollowEnd> {
  const ended = ending.then((end): FollowEnd => ({ kind: 'ended', end }));
  ended.catch(() => undefined);
  const look = createLook(session, run);
  const show = createShow(display, run.workflowId);
  for (;;) {
    const seen = await Promise.race([look(), ended]);
    if (isFollowEnd(seen)) return seen;
    const need = show(seen);
    if (need !== undefined && untilGate) return need;
    const turn = await Promise.race([delay(POLL_MS, undefined, { signal }), ended]);
    if (turn !== undefined) return turn;
  }
}

/** What a look at the run brings; nothing while no worker answers. */
interface Seen {
  readonly progress?: Progress;
  readonly plan?: PlanOutline;
}

/** Asks for the progress each time, and for the plan once there is one. */
function createLook(session: TemporalSession, run: RunRef): () => Promise<Seen> {
  let plan: PlanOutline | undefined;
  return async () => {
    try {
      const progress = await askProgress(session, run, PROGRESS_DEADLINE_MS);
      if (plan?.digest !== progress.planDigest) plan = (await askPlan(session, run)) ?? undefined;
      const current = await readCurrent(session, run, progress);
      return {
        progress: current === undefined ? progress : { ...progress, current },
        ...(plan === undefined ? {} : { plan }),
      };
    } catch {
      // No worker, or one that fails just now: the run is kept by the server, so looking goes on.
      return {};
    }
  };
}

/** Shows what is new; answers a need for a person while there is one, and tells it once. */
function createShow(
  display: Display,
  workflowId: string,
): (seen: Seen) => Extract<FollowEnd, { kind: 'person-needed' }> | undefined {
  const teller = createNeedTeller(display, workflowId);
  let isSilent = false;
  let shown = '';
  return ({ progress, plan }) => {
    if (progress === undefined) {
      if (!isSilent) display.say(NO_ANSWER);
      isSilent = true;
      return undefined;
    }
    isSilent = false;
    const text = JSON.stringify(progress);
    if (text !== shown || display.isLive) display.show(progress, plan);
    shown = text;
    const need = teller(progress);
    return need === undefined ? undefined : { kind: 'person-needed', need, progress };
  };
}

const NO_ANSWER = 'no worker answers; the run goes on when one does (`meshlift worker`)';

function isFollowEnd(value: Seen | FollowEnd): value is FollowEnd {
  return 'kind' in value;
}

/** Tells once what is needed, and again only when it is another need. */
function createNeedTeller(
  display: Display,
  workflowId: string,
): (progress: Progress) => Need | undefined {
  let told = '';
  return (progress) => {
    const need = needOf(progress);
    const text = need === undefined ? '' : JSON.stringify(need);
    if (need !== undefined && text !== told) {
      for (const line of describeNeed(need, workflowId)) display.say(line);
    }
    told = text;
    return need;
  };
}
