import type { Finding } from '../../finding.ts';
import { lookBehind } from '../../inventory/answering-revision.ts';
import type { InjectorFacts, ValidatorFacts, WebhookFacts } from '../../inventory/webhook-facts.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { isInert, namespacesReachedBy } from '../injector-reach.ts';
import { nameSome } from '../name-objects.ts';

/** Somebody must be behind every webhook that is asked. */
export const webhooksAnsweredRule: Rule = {
  documents: [
    {
      code: 'WebhookUnanswered',
      severity:
        'blocking where its failures count (`failurePolicy: Fail`) and it concerns namespaces of the mesh or all configuration, info where its selectors match nothing by design, overridable elsewhere',
      meaning:
        'a webhook of Istio sends to a Service that does not exist or has no ready endpoint: with `Fail` pods cannot be created (or configuration not be written), with `Ignore` pods start without a proxy.',
      remedy: 'bring its control plane back, or remove the webhook or the tag.',
    },
  ],
  check: (facts) => [
    ...facts.inventory.injectors.flatMap((injector) => checkInjector(injector, facts)),
    ...facts.inventory.validators.flatMap(checkValidator),
  ],
};

/** All webhooks of one configuration send to one Service: one finding. */
function checkInjector(injector: InjectorFacts, facts: PreflightFacts): readonly Finding[] {
  const dead = deadAmong(injector.webhooks);
  const [first] = dead;
  if (first === undefined) return [];
  const live = dead.filter((webhook) => !isInert(webhook));
  const fails = live.filter(({ failurePolicy }) => failurePolicy === 'Fail');
  const concerned = [...new Set(fails.flatMap((webhook) => namespacesReachedBy(webhook, facts)))];
  return [
    {
      code: 'WebhookUnanswered',
      severity: concerned.length > 0 ? 'blocking' : live.length > 0 ? 'overridable' : 'info',
      subject: `MutatingWebhookConfiguration ${injector.name}`,
      message: `expected an istiod behind it, found that ${first.why}; ${consequence(fails, concerned)}`,
      remedy: remedyOf(injector.tag, first),
    },
  ];
}

interface DeadWebhook extends WebhookFacts {
  /** Why nobody answers it. */
  readonly why: string;
}

function deadAmong(webhooks: readonly WebhookFacts[]): readonly DeadWebhook[] {
  return webhooks.flatMap((webhook) => {
    const backend = lookBehind(webhook);
    // What could not be read is `FactUnknown`.
    return backend.kind === 'nobody' ? [{ ...webhook, why: backend.why }] : [];
  });
}

function consequence(fails: readonly WebhookFacts[], concerned: readonly string[]): string {
  if (concerned.length > 0) return `no pods can be created in ${nameSome(concerned)}`;
  return fails.length > 0
    ? 'nothing in the mesh is selected by it today'
    : 'pods that it selects start without a proxy';
}

function remedyOf(tag: string | undefined, { service }: WebhookFacts): string {
  const look = `kubectl -n ${service?.namespace ?? ''} get endpointslices -l kubernetes.io/service-name=${service?.name ?? ''}`;
  return tag === undefined ? look : `istioctl tag remove ${tag}, or see ${look}`;
}

function checkValidator({ name, webhooks }: ValidatorFacts): readonly Finding[] {
  const dead = deadAmong(webhooks);
  const [first] = dead;
  if (first === undefined) return [];
  const refuses = dead.some(({ failurePolicy }) => failurePolicy === 'Fail');
  return [
    {
      code: 'WebhookUnanswered',
      severity: refuses ? 'blocking' : 'overridable',
      subject: `ValidatingWebhookConfiguration ${name}`,
      message: `expected an istiod behind it, found that ${first.why}; ${refuses ? 'configuration that it selects cannot be written' : 'nobody checks the configuration that it selects'}`,
      remedy: remedyOf(undefined, first),
    },
  ];
}
