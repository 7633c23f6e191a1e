import { ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { FailureType } from '../../domain/failure-type.ts';
import { listNames } from '../../domain/health/assess-workloads.ts';
import type { RunRef } from '../run-ref.ts';
import { takeUsageCensus } from './take-census.ts';

export interface UnusedRequest {
  readonly revision: string;
  readonly pollSeconds: number;
}

/**
 * Returns once nothing uses a revision. Its own retries are the polling, so that a wait of days costs a
 * handful of history events; what is waited for stands in Temporal as the last failure.
 */
export async function awaitUnused(
  access: ClusterAccess,
  request: RunRef & UnusedRequest,
): Promise<void> {
  const { users } = await takeUsageCensus(access, request, request.revision);
  if (users.length === 0) return;
  const type: FailureType = 'StillWatching';
  throw ApplicationFailure.create({
    type,
    message: `still uses ${request.revision}: ${listNames(users)}`,
    nextRetryDelay: `${request.pollSeconds} seconds`,
    category: ApplicationFailureCategory.BENIGN,
  });
}
