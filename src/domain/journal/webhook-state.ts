import type { KubernetesObject } from '../kubernetes-object.ts';
import { REVISION_LABEL } from '../mesh/istio-labels.ts';
import { webhooksOf, type Webhook } from '../mesh/webhook-shapes.ts';
import type { WebhookState } from './change.ts';
import { pickKeys } from './keyed-values.ts';

/** The movable part of a webhook configuration as it is now. */
export function webhookStateOf(
  configuration: KubernetesObject,
  keys: Iterable<string>,
): WebhookState {
  return {
    labels: pickKeys(configuration.metadata.labels, keys),
    webhooks: webhooksOf(configuration),
  };
}

/**
 * Whether two states send to the same place. istiod itself keeps `caBundle` and `failurePolicy`
 * (istio-facts section 2), and the server fills in defaults, so only what a move changes is compared.
 */
export function sameDirection(a: WebhookState, b: WebhookState): boolean {
  return (
    (a.labels[REVISION_LABEL] ?? null) === (b.labels[REVISION_LABEL] ?? null) &&
    JSON.stringify(a.webhooks.map(directionOf)) === JSON.stringify(b.webhooks.map(directionOf))
  );
}

function directionOf({ name, clientConfig }: Webhook): readonly unknown[] {
  const service = clientConfig?.service;
  return [name, service?.namespace ?? null, service?.name ?? null];
}

/** `webhooks → istiod-1-26-1 (istio.io/rev=1-26-1)`, for messages. */
export function formatDirection(state: WebhookState): string {
  const services = new Set(state.webhooks.map(({ clientConfig }) => clientConfig?.service?.name));
  return `webhooks → ${[...services].join(', ')} (${REVISION_LABEL}=${state.labels[REVISION_LABEL] ?? 'absent'})`;
}
