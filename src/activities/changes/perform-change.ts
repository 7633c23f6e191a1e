import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { assertNever } from '../../domain/assert-never.ts';
import type { Change } from '../../domain/journal/change.ts';
import { formatKeyed, holds } from '../../domain/journal/keyed-values.ts';
import {
  formatDirection,
  sameDirection,
  webhookStateOf,
} from '../../domain/journal/webhook-state.ts';
import { formatRef, refOf, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import { ActivityError } from '../errors.ts';
import { RESTART_ANNOTATION } from '../../domain/mesh/record-marks.ts';
import { templateAnnotation } from './patch-paths.ts';

/** A change that writes to somebody's object; creations and updates are the release's own. */
export type OwnedChange = Extract<Change, { kind: 'labels' | 'webhooks' | 'restart' | 'delete' }>;

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
  if (isGone && (change.kind === 'delete' || change.kind === 'restart')) return;
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
  const current = templateAnnotation(live, RESTART_ANNOTATION);
  if (current === change.applied) return;
  if (current !== change.prior) {
    throw foreign(change, `${RESTART_ANNOTATION} ${change.prior ?? 'absent'}`, current ?? 'absent');
  }
  await setTemplateAnnotation(kubernetes, live, change.applied);
}

/**
 * Sets or removes our annotation on a pod template; the uid keeps a replaced object untouched, and a
 * resourceVersion one that changed since.
 */
export async function setTemplateAnnotation(
  kubernetes: KubernetesClient,
  live: KubernetesObject,
  value: string | null,
  resourceVersion?: string,
): Promise<void> {
  await kubernetes.mergePatch(refOf(live), {
    metadata: {
      uid: live.metadata.uid,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec: { template: { metadata: { annotations: { [RESTART_ANNOTATION]: value } } } },
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
