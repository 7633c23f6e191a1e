import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { assertNever } from '../../domain/assert-never.ts';
import type { Change, KeyedValues } from '../../domain/journal/change.ts';
import { formatKeyed, holds, pickKeys } from '../../domain/journal/keyed-values.ts';
import {
  formatDirection,
  sameDirection,
  webhookStateOf,
} from '../../domain/journal/webhook-state.ts';
import { formatRef, refOf, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import { isAtLeast, restartAtOf } from '../../domain/restart/restart-at.ts';
import { stateOfTemplate } from '../../domain/restart/manual/template-state.ts';
import { ActivityError } from '../errors.ts';
import { replaceTemplate } from './replace-template.ts';
import { markOf, nameMark, patchOfMark, templateLabels, type RestartMark } from './patch-paths.ts';

/** A change that writes to somebody's object; creations and updates are the release's own. */
export type OwnedChange = Extract<
  Change,
  { kind: 'labels' | 'webhooks' | 'restart' | 'restart-at' | 'inject' | 'delete' }
>;

/**
 * Makes one journaled change. Safe to repeat: what is as it should be is left alone. A value that is
 * neither the prior nor the wanted one is somebody else's by now: `ForeignChange`.
 */
export async function performChange(
  kubernetes: KubernetesClient,
  change: OwnedChange,
): Promise<void> {
  const live = await kubernetes.get(change.ref);
  const isGone = live?.metadata.uid !== change.uid;
  // A workload that was deleted needs no restart, and one made anew has the new proxy already.
  if (isGone && ['delete', 'restart', 'restart-at', 'inject'].includes(change.kind)) return;
  if (live === undefined || live.metadata.uid !== change.uid) {
    throw foreign(
      change,
      `uid ${change.uid}`,
      live === undefined ? 'nothing' : `uid ${live.metadata.uid ?? ''}`,
    );
  }
  switch (change.kind) {
    case 'labels':
      return performLabels(kubernetes, change, live);
    case 'webhooks':
      return performWebhooks(kubernetes, change, live);
    case 'restart':
      return performRestart(kubernetes, change, live);
    case 'restart-at':
      return performRestartAt(kubernetes, change, live);
    case 'inject':
      return performInject(kubernetes, change, live);
    case 'delete':
      await kubernetes.delete(change.ref, { uid: change.uid });
      return;
    default:
      return assertNever(change);
  }
}

async function performLabels(
  kubernetes: KubernetesClient,
  change: Extract<Change, { kind: 'labels' }>,
  live: KubernetesObject,
): Promise<void> {
  const { labels } = live.metadata;
  if (holds(labels, change.applied)) return;
  if (!holds(labels, change.prior)) {
    throw foreign(change, formatKeyed(change.prior), describeLabels(live, change));
  }
  await setLabels(kubernetes, live, change.applied);
}

/** One merge patch for all keys, bound to the very version that was read. */
export async function setLabels(
  kubernetes: KubernetesClient,
  live: KubernetesObject,
  labels: Readonly<Record<string, string | null>>,
): Promise<void> {
  const { uid, resourceVersion } = live.metadata;
  await kubernetes.mergePatch(refOf(live), { metadata: { uid, resourceVersion, labels } });
}

async function performWebhooks(
  kubernetes: KubernetesClient,
  change: Extract<Change, { kind: 'webhooks' }>,
  live: KubernetesObject,
): Promise<void> {
  const state = webhookStateOf(live, Object.keys(change.applied.labels));
  if (sameDirection(state, change.applied)) return;
  if (!sameDirection(state, change.prior)) {
    throw foreign(change, formatDirection(change.prior), formatDirection(state));
  }
  await setWebhooks(kubernetes, live, change.applied);
}

/** Labels and webhooks in one patch, bound to the very version that was read. */
export async function setWebhooks(
  kubernetes: KubernetesClient,
  live: KubernetesObject,
  state: Extract<Change, { kind: 'webhooks' }>['applied'],
): Promise<void> {
  const { uid, resourceVersion } = live.metadata;
  await kubernetes.mergePatch(refOf(live), {
    metadata: { uid, resourceVersion, labels: state.labels },
    webhooks: state.webhooks,
  });
}

async function performRestart(
  kubernetes: KubernetesClient,
  change: Extract<Change, { kind: 'restart' }>,
  live: KubernetesObject,
): Promise<void> {
  const current = markOf(live, change);
  const isLabelled = mustCarryLabels(change, live);
  if (current === change.applied && isLabelled) return;
  if (current !== change.prior && current !== change.applied) {
    throw foreign(change, `${nameMark(change)} ${change.prior ?? 'absent'}`, current ?? 'absent');
  }
  await setMark(
    kubernetes,
    live,
    { place: change, value: change.applied },
    {
      ...(change.labels === undefined ? {} : boundLabels(live, change.labels.applied)),
    },
  );
}

/** Gives a pod template its new labels and leaves the rest: for pods that are evicted after it. */
export async function performTemplateLabels(
  kubernetes: KubernetesClient,
  change: Extract<Change, { kind: 'restart' }>,
): Promise<void> {
  const live = await kubernetes.get(change.ref);
  if (live?.metadata.uid !== change.uid || change.labels === undefined) return;
  if (mustCarryLabels(change, live)) return;
  await setTemplateLabels(kubernetes, live, change.labels.applied);
}

/** Whether the template has its new labels; labels that are neither those nor the old are foreign. */
function mustCarryLabels(
  change: Extract<Change, { kind: 'restart' }>,
  live: KubernetesObject,
): boolean {
  const { labels } = change;
  if (labels === undefined) return true;
  const current = templateLabels(live);
  if (holds(current, labels.applied)) return true;
  if (holds(current, labels.prior)) return false;
  const found = pickKeys(current, Object.keys(labels.prior));
  throw foreign(change, `pod template labels ${formatKeyed(labels.prior)}`, formatKeyed(found));
}

/** Only of the very version that was read: so the labels that were seen are those that are replaced. */
function boundLabels(live: KubernetesObject, labels: KeyedValues): TemplateMore {
  const { resourceVersion } = live.metadata;
  return { labels, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
}

export async function setTemplateLabels(
  kubernetes: KubernetesClient,
  live: KubernetesObject,
  labels: KeyedValues,
): Promise<void> {
  const { uid, resourceVersion } = live.metadata;
  await kubernetes.mergePatch(refOf(live), {
    metadata: { uid, resourceVersion },
    spec: { template: { metadata: { labels } } },
  });
}

/** A restart that somebody asked for since, at the same time or later, brings the new proxy as well. */
async function performRestartAt(
  kubernetes: KubernetesClient,
  change: Extract<Change, { kind: 'restart-at' }>,
  live: KubernetesObject,
): Promise<void> {
  if (isAtLeast(restartAtOf(live), change.applied)) return;
  await setRestartAt(kubernetes, live, change.applied);
}

async function performInject(
  kubernetes: KubernetesClient,
  change: Extract<Change, { kind: 'inject' }>,
  live: KubernetesObject,
): Promise<void> {
  switch (stateOfTemplate(live, change)) {
    case 'applied':
      return;
    case 'prior':
      await replaceTemplate(kubernetes, live, change.applied);
      return;
    case 'other':
      throw foreign(change, 'the pod template that was planned', 'another one');
  }
}

/** Sets or removes `spec.restartAt` of an Argo Rollout, bound to the very version that was read. */
export async function setRestartAt(
  kubernetes: KubernetesClient,
  live: KubernetesObject,
  restartAt: string | null,
): Promise<void> {
  const { uid, resourceVersion } = live.metadata;
  await kubernetes.mergePatch(refOf(live), {
    metadata: { uid, resourceVersion },
    spec: { restartAt },
  });
}

interface TemplateMore {
  readonly resourceVersion?: string;
  /** Change in the same patch: one new template, one rollout. */
  readonly labels?: KeyedValues;
}

/**
 * Sets or removes the mark of a restart on a pod template; the uid keeps a replaced object untouched,
 * and a resourceVersion one that changed since.
 */
export async function setMark(
  kubernetes: KubernetesClient,
  live: KubernetesObject,
  { place, value }: { readonly place: RestartMark; readonly value: string | null },
  { resourceVersion, labels }: TemplateMore = {},
): Promise<void> {
  await kubernetes.mergePatch(refOf(live), {
    metadata: {
      uid: live.metadata.uid,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec: { template: patchOfMark(place, value, labels) },
  });
}

function describeLabels(
  live: KubernetesObject,
  change: Extract<Change, { kind: 'labels' }>,
): string {
  return formatKeyed(
    Object.fromEntries(
      Object.keys(change.prior).map((key) => [key, live.metadata.labels?.[key] ?? null]),
    ),
  );
}

function foreign(change: Change, expected: string, found: string): ActivityError {
  return new ActivityError(
    'ForeignChange',
    `${formatRef(change.ref)}: expected ${expected}, found ${found}: somebody changed it since the plan was made. Make a new plan, or put it back`,
  );
}
