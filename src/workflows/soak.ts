import { CancellationScope, sleep } from '@temporalio/workflow';
import type { Verdict } from '../domain/health/verdict.ts';
import { observing } from './activity-proxies.ts';
import { endedByCancellation } from './failures.ts';
import { callFor, enterPhase, refOfRun, type Run } from './run.ts';

export interface SoakRequest {
  readonly title: string;
  readonly seconds: number;
  readonly revisions: readonly string[];
  readonly namespaces: readonly string[];
  readonly pollSeconds: number;
  readonly patienceSeconds: number;
}

/**
 * A durable timer, raced with a watch that only ever reports bad news; at the end one more look,
 * which must be healthy. Returns the bad news in words, or nothing.
 */
export async function soak(run: Run, request: SoakRequest): Promise<string | undefined> {
  const { seconds, revisions, namespaces, pollSeconds, patienceSeconds } = request;
  const until = new Date(Date.now() + seconds * 1000).toISOString();
  const except = Object.keys(run.failed);
  const scope = {
    ...refOfRun(run),
    revisions,
    namespaces,
    ...(except.length === 0 ? {} : { except }),
  };
  enterPhase(run, 'Soaking', `${request.title}, until ${until}`);

  const bad = await raceWatch(run, request, { ...scope, pollSeconds, until });
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
  { title, seconds }: SoakRequest,
  watch: Parameters<ReturnType<typeof observing>['watchHealth']>[0],
): Promise<Verdict | undefined> {
  const racing = new CancellationScope();
  return racing.run(async () => {
    const timer = sleep(seconds * 1000, { summary: `${title}: until ${watch.until}` }).then(
      () => undefined,
    );
    const verdict = observing(callFor(run, `watching: ${title}`)).watchHealth(watch);
    try {
      return await Promise.race([timer, verdict]);
    } finally {
      racing.cancel();
      await Promise.all([timer, verdict].map(ignoreCancellation));
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
