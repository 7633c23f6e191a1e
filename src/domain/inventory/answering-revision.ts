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

/** Why nobody would answer a webhook; nothing when somebody would, as far as the API server shows. */
export function whyNobodyAnswers({ service }: Pick<WebhookFacts, 'service'>): string | undefined {
  if (service === undefined) return undefined;
  const name = `Service ${service.namespace}/${service.name}`;
  if (!service.exists) return `${name} does not exist`;
  if (service.readyEndpoints === 0) return `${name} has no ready endpoint`;
  return undefined;
}

function isSame(one: WebhookService, other: WebhookService): boolean {
  return one.namespace === other.namespace && one.name === other.name;
}
