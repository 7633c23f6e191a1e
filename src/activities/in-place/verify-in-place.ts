import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { combine, explain } from '../../domain/health/combine.ts';
import type { Condition, Verdict } from '../../domain/health/verdict.ts';
import { compareService, type ServiceIdentity } from '../../domain/in-place/service-identity.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { StepOf } from '../../domain/planning/step.ts';
import { describeCount } from '../../domain/rollout/describe-count.ts';
import { ActivityError } from '../errors.ts';
import { lookUntil } from '../health/look-until.ts';
import type { Tell } from '../health/show-control-plane.ts';
import { recordOf } from '../load-plan.ts';
import type { StepRef } from '../run-ref.ts';
import { compareWithRecordedRoot } from '../snapshot/recorded-root.ts';
import { lookAtVersion } from './look-at-version.ts';
import { keyOf, readLive } from './read-services.ts';

/** Waits until the revision serves and injects its new version, with the root and addresses it had. */
export async function verifyInPlace(
  access: ClusterAccess,
  ref: StepRef,
  {
    plan,
    step,
    tell,
  }: {
    readonly plan: UpgradePlan;
    readonly step: StepOf<'verify-control-plane'>;
    readonly tell: Tell;
  },
): Promise<Verdict> {
  const { to, meshNamespace, policy } = plan;
  const seconds = policy.controlPlaneDeadlineSeconds;
  const record = recordOf(access, ref);
  const verdict = await lookUntil(
    async () => {
      const [version, root, addresses] = await Promise.all([
        lookAtVersion(access, meshNamespace, to),
        compareWithRecordedRoot(access, record, plan),
        compareServices(access, step.services ?? []),
        tell(),
      ]);
      return combine([...version.conditions, root, addresses]);
    },
    ({ status }) => status === 'Healthy',
    seconds,
  );
  if (verdict.status === 'Healthy') return verdict;
  throw new ActivityError(
    'Unhealthy',
    `control plane ${to.revision} is not ready at ${to.version} after ${seconds} s: ${explain(verdict)}`,
    [verdict],
  );
}

async function compareServices(
  { worker }: ClusterAccess,
  planned: readonly ServiceIdentity[],
): Promise<Condition> {
  const type = 'SameAddresses';
  const live = await readLive(worker, planned);
  const changes = planned.flatMap((service) => compareService(service, live.get(keyOf(service))));
  if (changes.length > 0) return { type, status: 'Degraded', message: changes.join('; ') };
  const balanced = planned.flatMap(({ addresses }) => addresses);
  const addresses = balanced.length === 0 ? '' : ` (${balanced.join(', ')})`;
  const message = `uid, clusterIP and addresses of ${describeCount(planned.length, 'Service')} are what they were${addresses}`;
  return { type, status: 'Healthy', message };
}
