import type { LabelSelector } from './capacity.ts';

/** Where a webhook sends, and whether anybody is there. */
export interface WebhookService {
  readonly namespace: string;
  readonly name: string;
  /** Absent when Services could not be read. */
  readonly exists?: boolean;
  /** Ready endpoints behind it; absent when EndpointSlices could not be read. */
  readonly readyEndpoints?: number;
}

export interface WebhookFacts {
  readonly name: string;
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector: LabelSelector;
  /** Absent when it calls a URL. */
  readonly service?: WebhookService;
  readonly url?: string;
}

/** A MutatingWebhookConfiguration that injects proxies: a revision's own, or a tag. */
export interface InjectorFacts {
  readonly name: string;
  readonly uid: string;
  /** Label `istio.io/rev`; `default` when it has none. */
  readonly revision: string;
  /** Label `istio.io/tag`. */
  readonly tag?: string;
  readonly webhooks: readonly WebhookFacts[];
}

/** A ValidatingWebhookConfiguration of Istio. */
export interface ValidatorFacts {
  readonly name: string;
  readonly uid: string;
  readonly revision: string;
  readonly webhooks: readonly WebhookFacts[];
}

/** The four answers to "who is the default?" (istio-facts section 4); absent means nobody. */
export interface DefaultAnswers {
  /** Whose webhook injects `istio-injection=enabled`. */
  readonly injection?: string;
  /** Where `istiod-default-validator` sends configuration without a revision. */
  readonly validation?: string;
  /** Who owns Gateways and objects without a revision label. */
  readonly ownership?: string;
  /** Who wins the leader locks. */
  readonly leader?: string;
}
