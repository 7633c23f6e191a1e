import type { Finding } from '../finding.ts';
import type { WorkloadDetail } from '../inventory/workload-detail.ts';
import type { Policy } from '../policy.ts';
import { informOnce, nameWorkload } from '../preflight/name-objects.ts';
import { isToggled } from './grace-period.ts';
import type { TreatedWorkloads } from './treatment.ts';

/** Workloads that a restart by grace period leaves with a period of their own, one second longer. */
export function findLastingGracePeriods(
  { moved }: Pick<TreatedWorkloads, 'moved'>,
  details: readonly WorkloadDetail[],
  { method }: Pick<Policy['restart'], 'method'>,
): readonly Finding[] {
  if (method !== 'grace-period') return [];
  const restarted = new Set(
    moved.flatMap(({ uid, treatment }) => (treatment.kind === 'restart' ? [uid] : [])),
  );
  const lasting = details.filter(
    ({ uid, gracePeriodSeconds = null }) => restarted.has(uid) && !isToggled(gracePeriodSeconds),
  );
  return informOnce({
    code: 'GracePeriodGrows',
    subjects: lasting.map(
      (detail) => `${nameWorkload(detail)} (${detail.gracePeriodSeconds ?? 'none'} s)`,
    ),
    noun: 'workloads',
    message:
      'expected a terminationGracePeriodSeconds of 30 or 31, between which a restart toggles, found another one: it is one second longer afterwards and stays so',
    remedy: 'nothing, or restart.method annotation in the policy',
  });
}
