import type { InjectorFacts, WebhookFacts, WebhookService } from './webhook-facts.ts';

/**
 * The revision that a webhook's requests arrive at. The Service decides, not the label of the
 * configuration: where a revision's own injector sends to the same Service, it is that revision.
 */
export function answeringRevision(
  webhook: Pick<WebhookFacts, 'service'>,
  labelled: string,
  injectors: readonly InjectorFacts[],
): string {
  const { service } = webhook;
  if (service === undefined) return labelled;
  const own = injectors.filter(
    ({ tag, webhooks }) =>
      tag === undefined &&
      webhooks.some((each) => each.service !== undefined && isSame(each.service, service)),
  );
  // Several injectors behind one Service: nothing but the label is left to go by.
  return own.length === 1 ? (own[0]?.revision ?? labelled) : labelled;
}

/** Whether somebody would answer a webhook, as far as the API server shows. */
export type Backend =
  | { readonly kind: 'answers' }
  | { readonly kind: 'nobody'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** Looks behind a webhook; what answers at a URL is taken to be there, as nothing shows it. */
export function lookBehind({ service }: Pick<WebhookFacts, 'service'>): Backend {
  if (service === undefined) return { kind: 'answers' };
  const { namespace, name, exists, readyEndpoints } = service;
  const where = `Service ${namespace}/${name}`;
  if (exists === false) return { kind: 'nobody', why: `${where} does not exist` };
  if (readyEndpoints === 0) return { kind: 'nobody', why: `${where} has no ready endpoint` };
  if (exists === undefined || readyEndpoints === undefined) {
    return { kind: 'unknown', why: `whether anybody is behind ${where} could not be read` };
  }
  return { kind: 'answers' };
}

/** Why nobody would answer; nothing when somebody would, or when that could not be read. */
export function whyNobodyAnswers(webhook: Pick<WebhookFacts, 'service'>): string | undefined {
  const backend = lookBehind(webhook);
  return backend.kind === 'nobody' ? backend.why : undefined;
}

function isSame(one: WebhookService, other: WebhookService): boolean {
  return one.namespace === other.namespace && one.name === other.name;
}
