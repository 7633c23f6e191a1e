import { CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { Verdict } from '../domain/health/verdict.ts';
import { observing } from './activity-proxies.ts';
import { endedByCancellation } from './failures.ts';
import { goOnAnew, isLong, takePlace } from './go-on-anew.ts';
import { callFor, enterPhase, refOfRun, type Run } from './run.ts';

export interface SoakRequest {
  readonly step: string;
  readonly title: string;
  readonly seconds: number;
  readonly revisions: readonly string[];
  readonly namespaces: readonly string[];
  readonly pollSeconds: number;
  readonly patienceSeconds: number;
}

/**
 * A durable timer, raced with a watch that only ever reports bad news; at the end one more look,
 * which must be healthy. Returns the bad news in words, or nothing. In a new history the rest of it is
 * waited for.
 */
export async function soak(run: Run, request: SoakRequest): Promise<string | undefined> {
  const { seconds, revisions, namespaces, pollSeconds, patienceSeconds } = request;
  const end = takePlace(run, request.step)?.until ?? Date.now() + seconds * 1000;
  const until = new Date(end).toISOString();
  const except = Object.keys(run.failed);
  const scope = {
    ...refOfRun(run),
    revisions,
    namespaces,
    ...(except.length === 0 ? {} : { except }),
  };
  enterPhase(run, 'Soaking', `${request.title}, until ${until}`);

  const watch = { ...scope, pollSeconds, until };
  // One of no time is the last look alone.
  const bad = seconds === 0 ? undefined : await raceWatch(run, request.title, watch);
  if (bad === 'long') {
    return goOnAnew(run, { kind: 'step', id: request.step, until: end });
  }
  if (bad !== undefined) return bad.conditions.filter(isUnwell).map(messageOf).join('; ');
  // The last look throws what is not healthy; the caller treats that like any failed step.
  await observing(callFor(run, `last look: ${request.title}`)).checkHealth({
    ...scope,
    patienceSeconds,
  });
  return undefined;
}

async function raceWatch(
  run: Run,
  title: string,
  watch: Parameters<ReturnType<typeof observing>['watchHealth']>[0],
): Promise<Verdict | 'long' | undefined> {
  const racing = new CancellationScope();
  return racing.run(async () => {
    const leftMs = Date.parse(watch.until) - Date.now();
    const timer = sleep(Math.max(1, leftMs), { summary: `${title}: until ${watch.until}` }).then(
      () => undefined,
    );
    const verdict = observing(callFor(run, `watching: ${title}`)).watchHealth(watch);
    const long = condition(() => isLong(run)).then((): 'long' => 'long');
    try {
      return await Promise.race([timer, verdict, long]);
    } finally {
      racing.cancel();
      await Promise.all([timer, verdict, long].map(ignoreCancellation));
    }
  });
}

/** The loser of the race ends as cancelled; any other end of it is a fault and must be seen. */
export async function ignoreCancellation(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!endedByCancellation(error)) throw error;
  }
}

function isUnwell({ status }: Verdict['conditions'][number]): boolean {
  return status !== 'Healthy';
}

function messageOf({ message }: Verdict['conditions'][number]): string {
  return message;
}
