import { cancellationSignal } from '@temporalio/activity';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { combine, explain } from '../../domain/health/combine.ts';
import type { Condition, Verdict } from '../../domain/health/verdict.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import { ActivityError } from '../errors.ts';
import type { Heart } from '../heartbeat.ts';
import { verifyInPlace } from '../in-place/verify-in-place.ts';
import { loadStep } from '../load-plan.ts';
import type { StepRef } from '../run-ref.ts';
import { readHealth } from './read-health.ts';
import { readRoot } from './read-root.ts';
import { showControlPlane, type Tell } from './show-control-plane.ts';

const LOOK_EVERY_MS = 1000;

/** Waits until both control planes are ready, inject, and share one root certificate. */
export async function verifyControlPlane(
  access: ClusterAccess,
  ref: StepRef,
  heart: Pick<Heart, 'beat'>,
): Promise<Verdict> {
  const { plan, step } = await loadStep(access, ref, ['verify-control-plane']);
  return showControlPlane(access, plan, heart, (tell) =>
    plan.strategy === 'in-place'
      ? verifyInPlace(access, ref, { plan, step, tell })
      : verifyBeside(access, plan, tell),
  );
}

async function verifyBeside(
  access: ClusterAccess,
  plan: UpgradePlan,
  tell: Tell,
): Promise<Verdict> {
  const seconds = plan.policy.controlPlaneDeadlineSeconds;
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const [verdict] = await Promise.all([look(access, plan), tell()]);
    if (verdict.status === 'Healthy') return verdict;
    if (Date.now() > deadline) {
      throw new ActivityError(
        'Unhealthy',
        `control plane ${plan.to.revision} is not ready after ${seconds} s: ${explain(verdict)}`,
        [verdict],
      );
    }
    // Asked to stop, be it by a shutdown: that is no verdict, and another attempt looks again.
    cancellationSignal().throwIfAborted();
    await delay(LOOK_EVERY_MS);
  }
}

async function look(access: ClusterAccess, plan: UpgradePlan): Promise<Verdict> {
  const revisions = [plan.from.revision, plan.to.revision];
  const [health, root] = await Promise.all([
    readHealth(access, { meshNamespace: plan.meshNamespace, revisions, namespaces: [] }),
    compareRoots(access, plan),
  ]);
  return combine([...health.conditions, root]);
}

/** What of a plan names the two revisions. */
export type BothRevisions = Pick<UpgradePlan, 'from' | 'to' | 'meshNamespace'>;

/**
 * istiod writes its root into the `caBundle` of its own injector. Proxies of both revisions trust
 * each other only when it is the same.
 */
export async function compareRoots(
  { worker }: ClusterAccess,
  plan: BothRevisions,
): Promise<Condition> {
  const type = 'SameRootCertificate';
  const [old, next] = await Promise.all(
    [plan.from.revision, plan.to.revision].map((revision) =>
      readRoot(worker, plan.meshNamespace, revision),
    ),
  );
  if (old === undefined || next === undefined) {
    return { type, status: 'Unknown', message: 'an injector webhook has no root certificate yet' };
  }
  return old === next
    ? { type, status: 'Healthy', message: 'both revisions have the same root certificate' }
    : { type, status: 'Degraded', message: 'the two revisions have different root certificates' };
}
