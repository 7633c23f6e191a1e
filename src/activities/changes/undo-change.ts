import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { assertNever } from '../../domain/assert-never.ts';
import type { Change, KeyedValues } from '../../domain/journal/change.ts';
import { formatKeyed, holds, pickKeys } from '../../domain/journal/keyed-values.ts';
import {
  formatDirection,
  sameDirection,
  webhookStateOf,
} from '../../domain/journal/webhook-state.ts';
import { putBackWebhooks } from '../../domain/journal/put-back-webhooks.ts';
import { putBackObject, sameContent } from '../../domain/journal/object-content.ts';
import { formatRef, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { Difference } from '../../domain/report.ts';
import { restartAtOf } from '../../domain/restart/restart-at.ts';
import { stateOfTemplate } from '../../domain/restart/manual/template-state.ts';
import { replaceTemplate } from './replace-template.ts';
import {
  asScaled,
  isMadeByOthers,
  ownedAlike,
  restoreBeside,
  restoreObject,
} from './restore-object.ts';
import { markOf, nameMark, templateLabels } from './patch-paths.ts';
import {
  setLabels,
  setRestartAt,
  setMark,
  setTemplateLabels,
  setWebhooks,
} from './perform-change.ts';

/** What taking one change back came to. A foreign value is left as it is and reported. */
export type UndoneChange =
  | {
      readonly kind: 'reverted' | 'unchanged';
      /** What others have set in the same object, and keep. */
      readonly kept?: readonly Difference[];
    }
  | { readonly kind: 'foreign'; readonly difference: Difference };

/** A status that controllers write all along may come between what is read and what is written. */
const MOST_TRIES = 5;

/** Puts the prior value back where the object is still the same and the value still ours. */
export async function undoChange(access: ClusterAccess, change: Change): Promise<UndoneChange> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await undoOnce(access, change);
    } catch (error) {
      const isConflict = error instanceof KubernetesError && error.code === 409;
      if (!isConflict || tries >= MOST_TRIES) throw error;
    }
  }
}

async function undoOnce(access: ClusterAccess, change: Change): Promise<UndoneChange> {
  const kubernetes = clientFor(access, change);
  const live = await kubernetes.get(change.ref);
  if (change.kind === 'create') return undoCreate(kubernetes, change, live);
  // It may be missing, or be another one by now, because of us: the wave's undo makes it again.
  if (change.kind === 'recreate') return { kind: 'unchanged' };
  if (live === undefined) {
    return foreign(change, change.kind, 'the object', 'nothing: it was deleted');
  }
  if (live.metadata.uid !== change.uid) {
    return foreign(
      change,
      change.kind,
      `uid ${change.uid}`,
      `uid ${live.metadata.uid ?? ''}: it was replaced`,
    );
  }
  switch (change.kind) {
    case 'update':
      return undoUpdate(kubernetes, change, live);
    case 'labels':
      return undoLabels(kubernetes, change, live);
    case 'webhooks':
      return undoWebhooks(kubernetes, change, live);
    case 'restart':
      return undoRestart(kubernetes, change, live);
    case 'restart-at':
      return undoRestartAt(kubernetes, change, live);
    case 'inject':
      return undoInject(kubernetes, change, live);
    case 'delete':
      // Still there under the same uid: the deletion was journaled and never made.
      return { kind: 'unchanged' };
    default:
      return assertNever(change);
  }
}

function clientFor(access: ClusterAccess, change: Change): KubernetesClient {
  const isWorkers = ['labels', 'restart', 'restart-at', 'recreate', 'inject'].includes(change.kind);
  return isWorkers ? access.worker : access.installer;
}

async function undoCreate(
  kubernetes: KubernetesClient,
  change: Extract<Change, { kind: 'create' }>,
  live: KubernetesObject | undefined,
): Promise<UndoneChange> {
  if (live === undefined) return { kind: 'unchanged' };
  const { uid } = live.metadata;
  if (change.uid !== undefined && uid !== change.uid) {
    return foreign(change, 'object', 'nothing', `uid ${uid ?? ''}: somebody made it anew`);
  }
  // Meant to be made, and never noted as made: by then it may have been somebody else who did.
  if (change.uid === undefined && isMadeByOthers(live)) {
    return foreign(change, 'object', 'nothing', `uid ${uid ?? ''}: somebody else made it`);
  }
  await kubernetes.delete(change.ref, uid === undefined ? {} : { uid });
  return { kind: 'reverted' };
}

async function undoUpdate(
  kubernetes: KubernetesClient,
  change: Extract<Change, { kind: 'update' }>,
  live: KubernetesObject,
): Promise<UndoneChange> {
  const [prior, applied] = [asScaled(change.prior, live), asScaled(change.applied, live)];
  const isBack = sameContent(live, prior);
  if (isBack && ownedAlike(live, prior)) return { kind: 'unchanged' };
  if (isBack || sameContent(live, applied)) {
    await restoreObject(kubernetes, live, prior);
    return { kind: 'reverted' };
  }
  const { object, conflicts, kept } = putBackObject({ prior, applied, live });
  if (conflicts.length > 0) {
    const fields = conflicts.slice(0, MOST_FIELDS).join(', ');
    return foreign(change, 'object', 'as this run wrote it', `edited since: ${fields}`);
  }
  const isWritten = !sameContent(object, live);
  await restoreBeside(kubernetes, live, { restored: object, prior });
  return {
    kind: isWritten ? 'reverted' : 'unchanged',
    kept: kept.map((field) => differenceOf(change, field, 'as it was', 'set by others since')),
  };
}

/** Fields of one object that a report names. */
const MOST_FIELDS = 10;

async function undoLabels(
  kubernetes: KubernetesClient,
  change: Extract<Change, { kind: 'labels' }>,
  live: KubernetesObject,
): Promise<UndoneChange> {
  const { labels } = live.metadata;
  if (holds(labels, change.prior)) return { kind: 'unchanged' };
  if (!holds(labels, change.applied)) {
    const found = pickKeys(labels, Object.keys(change.prior));
    return foreign(change, 'labels', formatKeyed(change.prior), formatKeyed(found));
  }
  await setLabels(kubernetes, live, change.prior);
  return { kind: 'reverted' };
}

async function undoWebhooks(
  kubernetes: KubernetesClient,
  change: Extract<Change, { kind: 'webhooks' }>,
  live: KubernetesObject,
): Promise<UndoneChange> {
  const state = webhookStateOf(live, Object.keys(change.prior.labels));
  if (sameDirection(state, change.prior)) return { kind: 'unchanged' };
  if (!sameDirection(state, change.applied)) {
    return foreign(change, 'webhooks', formatDirection(change.prior), formatDirection(state));
  }
  const { webhooks, kept } = putBackWebhooks(change, state);
  await setWebhooks(kubernetes, live, { labels: change.prior.labels, webhooks });
  if (kept.length === 0) return { kind: 'reverted' };
  return {
    kind: 'reverted',
    kept: kept.map((field) => differenceOf(change, field, 'as it was', 'set by others since')),
  };
}

async function undoRestart(
  kubernetes: KubernetesClient,
  change: Extract<Change, { kind: 'restart' }>,
  live: KubernetesObject,
): Promise<UndoneChange> {
  const current = markOf(live, change);
  const labels = labelsToPutBack(change, live);
  if (labels === 'foreign') {
    const { prior } = change.labels ?? { prior: {} };
    const found = pickKeys(templateLabels(live), Object.keys(prior));
    return foreign(change, 'pod template labels', formatKeyed(prior), formatKeyed(found));
  }
  if (current === change.prior) {
    if (labels === undefined) return { kind: 'unchanged' };
    await setTemplateLabels(kubernetes, live, labels);
    return { kind: 'reverted' };
  }
  if (current !== change.applied) {
    return foreign(change, nameMark(change), change.prior ?? 'absent', current ?? 'absent');
  }
  const { resourceVersion } = live.metadata;
  await setMark(
    kubernetes,
    live,
    { place: change, value: change.prior },
    labels === undefined || resourceVersion === undefined ? {} : { resourceVersion, labels },
  );
  return { kind: 'reverted' };
}

/** The prior labels of a pod template that carries ours; nothing where it carries them already. */
function labelsToPutBack(
  { labels }: Extract<Change, { kind: 'restart' }>,
  live: KubernetesObject,
): KeyedValues | 'foreign' | undefined {
  if (labels === undefined || holds(templateLabels(live), labels.prior)) return undefined;
  return holds(templateLabels(live), labels.applied) ? labels.prior : 'foreign';
}

async function undoInject(
  kubernetes: KubernetesClient,
  change: Extract<Change, { kind: 'inject' }>,
  live: KubernetesObject,
): Promise<UndoneChange> {
  if (change.refused !== undefined) return { kind: 'unchanged' };
  switch (stateOfTemplate(live, change)) {
    case 'prior':
      return { kind: 'unchanged' };
    case 'applied':
      await replaceTemplate(kubernetes, live, change.prior);
      return { kind: 'reverted' };
    case 'other':
      return foreign(change, 'pod template', 'as this run wrote it', 'changed since');
  }
}

/** Only the field: its controller takes no pod back by it, the wave's undo does. */
async function undoRestartAt(
  kubernetes: KubernetesClient,
  change: Extract<Change, { kind: 'restart-at' }>,
  live: KubernetesObject,
): Promise<UndoneChange> {
  const current = restartAtOf(live);
  if (current === change.prior) return { kind: 'unchanged' };
  if (current !== change.applied) {
    return foreign(change, 'spec.restartAt', change.prior ?? 'absent', current ?? 'absent');
  }
  await setRestartAt(kubernetes, live, change.prior);
  return { kind: 'reverted' };
}

function foreign(change: Change, what: string, expected: string, found: string): UndoneChange {
  return { kind: 'foreign', difference: differenceOf(change, what, expected, found) };
}

function differenceOf({ ref }: Change, what: string, expected: string, found: string): Difference {
  return { path: `${formatRef(ref)} ${what}`, expected, found };
}
