import type { KubernetesObject } from '../kubernetes-object.ts';

/** The part of a webhook configuration that meshlift reads. */
export interface Webhook {
  readonly name: string;
  readonly clientConfig?: {
    readonly service?: { readonly name: string; readonly namespace: string };
    readonly caBundle?: string;
  };
  readonly [field: string]: unknown;
}

/** The webhooks of a Mutating- or ValidatingWebhookConfiguration. */
export function webhooksOf(configuration: KubernetesObject): readonly Webhook[] {
  const { webhooks } = configuration;
  return Array.isArray(webhooks) ? (webhooks as readonly Webhook[]) : [];
}
