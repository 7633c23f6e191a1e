import type { Json } from '../kubernetes-object.ts';
import type { Webhook } from '../mesh/webhook-shapes.ts';
import type { WebhookState } from './change.ts';
import { putBack } from './put-back.ts';
import { sameDirection } from './webhook-state.ts';

/** Fields that istiod writes by itself (istio-facts section 2): nobody has to be told of them. */
const OF_ISTIOD = /\.(?:caBundle|failurePolicy)$/;

/**
 * The webhooks of before, but for what others have set in them since, which they keep. What they send to
 * always goes back: the revision of now may be gone next.
 */
export function putBackWebhooks(
  { prior, applied }: { readonly prior: WebhookState; readonly applied: WebhookState },
  live: WebhookState,
): { readonly webhooks: readonly Webhook[]; readonly kept: readonly string[] } {
  const [before, written, now] = [prior, applied, live].map(({ webhooks }) => webhooks as Json);
  const { value, conflicts, kept } = putBack(
    { prior: before, applied: written, live: now },
    'webhooks',
  );
  const webhooks = value as readonly Webhook[];
  if (!sameDirection({ labels: prior.labels, webhooks }, prior)) {
    return { webhooks: prior.webhooks, kept: [] };
  }
  return { webhooks, kept: [...conflicts, ...kept].filter((field) => !OF_ISTIOD.test(field)) };
}
