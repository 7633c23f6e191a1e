import { cancellationSignal } from '@temporalio/activity';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { explain } from '../../domain/health/combine.ts';
import type { Verdict } from '../../domain/health/verdict.ts';
import { ActivityError } from '../errors.ts';
import { readHealth, type HealthScope } from './read-health.ts';

export interface CheckRequest extends HealthScope {
  /** How long it may take until all is healthy: pods come and go in a living cluster. */
  readonly patienceSeconds: number;
}

const LOOK_EVERY_MS = 2000;

/** The last look of a soak: healthy, or the run does not advance. */
export async function checkHealth(access: ClusterAccess, request: CheckRequest): Promise<Verdict> {
  const deadline = Date.now() + request.patienceSeconds * 1000;
  for (;;) {
    const verdict = await readHealth(access, request);
    if (verdict.status === 'Healthy') return verdict;
    if (verdict.status === 'Degraded' || Date.now() > deadline) {
      throw new ActivityError('Unhealthy', explain(verdict), [verdict]);
    }
    // Asked to stop, be it by a shutdown: that is no verdict, and another attempt looks again.
    cancellationSignal().throwIfAborted();
    await delay(LOOK_EVERY_MS);
  }
}
