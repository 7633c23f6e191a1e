import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import { combine } from '../../domain/health/combine.ts';
import type { Condition, Verdict } from '../../domain/health/verdict.ts';
import { interpretControlPlanes } from '../../domain/mesh/interpret-control-planes.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import { describeCount } from '../../domain/rollout/describe-count.ts';
import { lookUntil } from '../health/look-until.ts';
import { probeInjection } from '../health/probe-injection.ts';
import { loadPlan, recordOf } from '../load-plan.ts';
import { ISTIOD_SELECTOR } from '../inspect-mesh.ts';
import type { RunRef } from '../run-ref.ts';
import { compareWithRecordedRoot } from '../snapshot/recorded-root.ts';

/** A pod of istiod that moves to another node is no reason to halt. */
const PATIENCE_SECONDS = 30;

/**
 * Whether the revision to which everything would return could serve it: an istiod that is ready, a
 * webhook that answers a dry run, the root certificate of the start. Only `Healthy` says yes: what
 * cannot be told is no.
 */
export async function assessWayBack(access: ClusterAccess, run: RunRef): Promise<Verdict> {
  return lookUntil(
    () => seeWayBack(access, run),
    ({ status }) => status === 'Healthy',
    PATIENCE_SECONDS,
  );
}

/** The same by one look: a plan says what is, and can be made again. */
export async function seeWayBack(access: ClusterAccess, run: RunRef): Promise<Verdict> {
  const plan = await loadPlan(access, run);
  const { revision } = plan.from;
  const conditions = await Promise.all([
    isAvailable(access, plan),
    probeInjection(access.worker, plan.meshNamespace, revision),
    compareWithRecordedRoot(access, recordOf(access, run), plan),
  ]);
  return combine(conditions);
}

/** One is enough: it serves while the others come. */
async function isAvailable(
  { worker }: ClusterAccess,
  { from, meshNamespace }: UpgradePlan,
): Promise<Condition> {
  const type = 'ControlPlaneAvailable';
  const istiods = await worker.list(RESOURCE_KINDS.deployment, {
    namespace: meshNamespace,
    labelSelector: ISTIOD_SELECTOR,
  });
  const plane = interpretControlPlanes(istiods).find(({ revision }) => revision === from.revision);
  if (plane === undefined) {
    return { type, status: 'Degraded', message: `control plane ${from.revision} is not there` };
  }
  return {
    type,
    status: plane.readyReplicas > 0 ? 'Healthy' : 'Degraded',
    message: `${from.revision}: ${plane.readyReplicas} of ${describeCount(plane.replicas, 'replica')} ready`,
  };
}
