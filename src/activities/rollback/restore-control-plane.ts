import { cancellationSignal } from '@temporalio/activity';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import { combine, explain } from '../../domain/health/combine.ts';
import type { Change, StepJournal } from '../../domain/journal/change.ts';
import { formatRef, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { StepOf } from '../../domain/planning/step.ts';
import { recreatedObject, withoutAddress } from '../../domain/rollback/recreated-object.ts';
import type { StepReceipt } from '../apply-step.ts';
import { ActivityError } from '../errors.ts';
import { readHealth } from '../health/read-health.ts';
import { compareRoots } from '../health/verify-control-plane.ts';
import { loadStep, recordOf } from '../load-plan.ts';
import { readJournal, writeJournal } from '../record/step-journal.ts';
import { INSTALL_FIELD_MANAGER } from '../release/compare-release.ts';
import type { StepRef } from '../run-ref.ts';
import { recordedRun } from './recorded-run.ts';

type Deletion = Extract<Change, { kind: 'delete' }>;

/**
 * Makes the control plane again that a finished run has removed: each object as that run's journal has
 * it, the last removed first, the webhooks once istiod is there. What is there already, be it that it was
 * never removed or that somebody made it anew, stays as it is. Our own journal is written before. Safe to
 * repeat. Ends when the revision is ready, injects, and has the root certificate of the newer one.
 */
export async function restoreControlPlane(
  access: ClusterAccess,
  ref: StepRef,
): Promise<StepReceipt> {
  const { plan, step } = await loadStep(access, ref, ['restore-control-plane']);
  const { record: theirs } = recordedRun(access, ref, plan, step);
  const removal = await readJournal(theirs, step.of);
  if (removal === undefined) {
    throw new ActivityError(
      'RecordUnreadable',
      `expected the journal of ${step.of} of run ${plan.takesBack ?? ''}, found none: somebody deleted it`,
    );
  }
  const made = await makeAgain(access, ref, step, removal);
  await untilServing(access, plan);
  await writeJournal(theirs, step.of, 'undone', removal.changes);
  return { objects: made };
}

async function makeAgain(
  access: ClusterAccess,
  ref: StepRef,
  { objects }: StepOf<'restore-control-plane'>,
  removal: StepJournal,
): Promise<number> {
  const record = recordOf(access, ref);
  const wanted = new Set(
    objects.flatMap((each) => (each.action === 'create' ? [formatRef(each.ref)] : [])),
  );
  const deletions = removal.changes
    .filter((change): change is Deletion => change.kind === 'delete')
    .filter((change) => wanted.has(formatRef(change.ref)))
    .reverse();
  const known = await readJournal(record, ref.step);
  if (known?.state === 'done') return known.changes.length;
  const intended = deletions.map((change): Change => ({ kind: 'create', ref: change.ref }));
  if (known === undefined) await writeJournal(record, ref.step, 'begun', intended);
  const made: Change[] = [];
  const isWebhook = ({ ref: { kind } }: Deletion): boolean => kind.endsWith('WebhookConfiguration');
  for (const change of deletions.filter((each) => !isWebhook(each))) {
    made.push(await makeOne(access, change));
  }
  // A webhook before its istiod would refuse what it is asked.
  await untilAvailable(access, deletions);
  for (const change of deletions.filter(isWebhook)) made.push(await makeOne(access, change));
  await writeJournal(record, ref.step, 'done', made);
  return made.length;
}

async function makeOne({ installer }: ClusterAccess, change: Deletion): Promise<Change> {
  const { ref } = change;
  const live = await installer.get(ref);
  const { uid } = (live ?? (await applied(installer, recreatedObject(change.prior)))).metadata;
  return { kind: 'create', ref, ...(uid === undefined ? {} : { uid }) };
}

/** With the address that it had, unless somebody has that by now. */
async function applied(
  installer: ClusterAccess['installer'],
  object: KubernetesObject,
): Promise<KubernetesObject> {
  const options = { fieldManager: INSTALL_FIELD_MANAGER } as const;
  try {
    return await installer.apply(object, options);
  } catch (error) {
    const isTaken = error instanceof KubernetesError && error.code === 422;
    if (!isTaken || object.kind !== 'Service') throw error;
    return installer.apply(withoutAddress(object), options);
  }
}

const LOOK_EVERY_MS = 1000;
const AVAILABLE_WITHIN_MS = 600_000;

async function untilAvailable(
  { installer }: ClusterAccess,
  deletions: readonly Deletion[],
): Promise<void> {
  const deadline = Date.now() + AVAILABLE_WITHIN_MS;
  for (const { ref } of deletions.filter((each) => each.ref.kind === 'Deployment')) {
    for (;;) {
      const status = (await installer.get(ref))?.['status'] as
        { readonly availableReplicas?: number } | undefined;
      if ((status?.availableReplicas ?? 0) > 0) break;
      if (Date.now() > deadline) {
        throw new ActivityError(
          'Unhealthy',
          `expected ${formatRef(ref)}, which was made again, to become available, found 0 available replicas after ${AVAILABLE_WITHIN_MS / 1000} s`,
        );
      }
      cancellationSignal().throwIfAborted();
      await delay(LOOK_EVERY_MS);
    }
  }
}

async function untilServing(access: ClusterAccess, plan: UpgradePlan): Promise<void> {
  const { to, meshNamespace, policy } = plan;
  const seconds = policy.controlPlaneDeadlineSeconds;
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const verdict = combine([
      ...(await readHealth(access, { meshNamespace, revisions: [to.revision], namespaces: [] }))
        .conditions,
      await compareRoots(access, plan),
    ]);
    if (verdict.status === 'Healthy') return;
    if (Date.now() > deadline) {
      throw new ActivityError(
        'Unhealthy',
        `control plane ${to.revision} was made again and is not ready after ${seconds} s: ${explain(verdict)}`,
        [verdict],
      );
    }
    cancellationSignal().throwIfAborted();
    await delay(LOOK_EVERY_MS);
  }
}
