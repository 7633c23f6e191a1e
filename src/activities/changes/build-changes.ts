import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import type { Change } from '../../domain/journal/change.ts';
import { formatKeyed, holds, pickKeys } from '../../domain/journal/keyed-values.ts';
import { webhookStateOf } from '../../domain/journal/webhook-state.ts';
import {
  formatRef,
  type KubernetesObject,
  type ObjectRef,
} from '../../domain/kubernetes-object.ts';
import { REVISION_LABEL } from '../../domain/mesh/istio-labels.ts';
import { webhooksOf, type Webhook } from '../../domain/mesh/webhook-shapes.ts';
import type { PlannedObject } from '../../domain/planning/plan.ts';
import type { NamespaceMove } from '../../domain/planning/step.ts';
import { ActivityError } from '../errors.ts';
import type { OwnedChange } from './perform-change.ts';

/** Label changes of namespaces; what the plan saw must still be there. */
export async function namespaceChanges(
  kubernetes: KubernetesClient,
  moves: readonly NamespaceMove[],
): Promise<OwnedChange[]> {
  return Promise.all(
    moves.map(async ({ namespace, uid, prior, next }): Promise<OwnedChange> => {
      const ref: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
      const live = await mustBeThere(kubernetes, ref, uid);
      if (!holds(live.metadata.labels, prior)) {
        const found = formatKeyed(pickKeys(live.metadata.labels, Object.keys(prior)));
        throw changed(ref, formatKeyed(prior), found);
      }
      return { kind: 'labels', ref, uid, prior, applied: next };
    }),
  );
}

/** Points a webhook configuration to another revision, keeping what istiod maintains in it. */
export function webhookChange(
  live: KubernetesObject,
  rendered: KubernetesObject,
  from: string,
): Extract<Change, { kind: 'webhooks' }> {
  const ref: ObjectRef = { apiVersion: live.apiVersion, kind: live.kind, name: live.metadata.name };
  const keys = Object.keys({ ...live.metadata.labels, ...rendered.metadata.labels });
  const prior = webhookStateOf(live, keys);
  if (prior.labels[REVISION_LABEL] !== from) {
    throw changed(
      ref,
      `${REVISION_LABEL}=${from}`,
      `${REVISION_LABEL}=${prior.labels[REVISION_LABEL] ?? 'absent'}`,
    );
  }
  const byName = new Map(webhooksOf(live).map((webhook) => [webhook.name, webhook]));
  return {
    kind: 'webhooks',
    ref,
    uid: live.metadata.uid ?? '',
    prior,
    applied: {
      labels: { ...prior.labels, ...rendered.metadata.labels },
      webhooks: webhooksOf(rendered).map((webhook) =>
        maintained(webhook, byName.get(webhook.name)),
      ),
    },
  };
}

/**
 * istiod fills in the CA and turns validators fail-closed once they answer. Both revisions share the
 * root (proven before), so keeping these leaves no moment in which the webhook cannot be called.
 */
function maintained(rendered: Webhook, live: Webhook | undefined): Webhook {
  const caBundle = rendered.clientConfig?.caBundle ?? live?.clientConfig?.caBundle;
  const failurePolicy = live?.['failurePolicy'] ?? rendered['failurePolicy'];
  return {
    ...rendered,
    ...(failurePolicy === undefined ? {} : { failurePolicy }),
    clientConfig: { ...rendered.clientConfig, ...(caBundle === undefined ? {} : { caBundle }) },
  };
}

/** Deletions of the old revision's objects, each with the whole object as its prior value. */
export async function deleteChanges(
  { installer }: ClusterAccess,
  objects: readonly PlannedObject[],
  revision: string,
): Promise<OwnedChange[]> {
  const changes = await Promise.all(
    objects.map(async ({ ref, uid }): Promise<OwnedChange | undefined> => {
      const live = await installer.get(ref);
      if (live === undefined || uid === undefined || live.metadata.uid !== uid) return undefined;
      const found = live.metadata.labels?.[REVISION_LABEL];
      if (found !== revision) {
        throw changed(
          ref,
          `${REVISION_LABEL}=${revision}`,
          `${REVISION_LABEL}=${found ?? 'absent'}`,
        );
      }
      return { kind: 'delete', ref, uid, prior: live };
    }),
  );
  return changes.filter((change) => change !== undefined);
}

async function mustBeThere(
  kubernetes: KubernetesClient,
  ref: ObjectRef,
  uid: string,
): Promise<KubernetesObject> {
  const live = await kubernetes.get(ref);
  if (live !== undefined && live.metadata.uid === uid) return live;
  throw changed(
    ref,
    `uid ${uid}`,
    live === undefined ? 'nothing' : `uid ${live.metadata.uid ?? ''}`,
  );
}

function changed(ref: ObjectRef, expected: string, found: string): ActivityError {
  return new ActivityError(
    'ForeignChange',
    `${formatRef(ref)}: expected ${expected} as planned, found ${found}: somebody changed it. Make a new plan`,
  );
}
