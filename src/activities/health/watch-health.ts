import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { FailureType } from '../../domain/failure-type.ts';
import { explain } from '../../domain/health/combine.ts';
import type { Verdict } from '../../domain/health/verdict.ts';
import type { Heart } from '../heartbeat.ts';
import { readHealth, type HealthScope } from './read-health.ts';

export interface WatchRequest extends HealthScope {
  readonly pollSeconds: number;
  /** When the soak ends, ISO 8601, for the message that people see meanwhile. */
  readonly until: string;
}

/** One bad look may be a node that is drained; the next one decides. */
const BAD_LOOKS = 2;

/**
 * One look at the health; its own retries are the polling, so a soak of any length costs a handful
 * of history events. Returns only a bad verdict: while all is well it throws to be asked again.
 */
export async function watchHealth(
  access: ClusterAccess,
  request: WatchRequest,
  heart: Heart,
): Promise<Verdict> {
  const verdict = await readHealth(access, request);
  const before = activityInfo().heartbeatDetails as { readonly badLooks?: number } | undefined;
  const badLooks = verdict.status === 'Degraded' ? (before?.badLooks ?? 0) + 1 : 0;
  if (badLooks >= BAD_LOOKS) return verdict;
  heart.beat({ badLooks });
  const type: FailureType = 'StillWatching';
  throw ApplicationFailure.create({
    type,
    message: `${verdict.status} at ${new Date().toISOString()}: ${explain(verdict)}; until ${request.until}`,
    nextRetryDelay: `${request.pollSeconds} seconds`,
    category: ApplicationFailureCategory.BENIGN,
  });
}
