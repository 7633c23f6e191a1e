import type { Finding } from '../../finding.ts';
import { compareText } from '../../kubernetes-object.ts';
import type { LabelSelector } from '../../inventory/capacity.ts';
import type { InjectorFacts, WebhookFacts } from '../../inventory/webhook-facts.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { isInert } from '../injector-reach.ts';
import { nameSome, nameWorkload } from '../name-objects.ts';

/** Two injectors must never be asked about one pod. */
export const injectorsApartRule: Rule = {
  documents: [
    {
      code: 'InjectorsOverlap',
      severity: 'overridable',
      meaning:
        'two injection webhooks select the same pods, by the same selectors or by what they select in this mesh: such a pod is injected twice, and which proxy it ends with is luck.',
      remedy: 'remove the webhook that is not meant, or the tag that it belongs to.',
    },
  ],
  check: checkOverlap,
};

interface Overlap {
  /** Names of the two configurations, joined. */
  readonly pair: string;
  readonly found: string;
}

function checkOverlap({ inventory }: PreflightFacts): readonly Finding[] {
  const overlaps = [...predicted(inventory.workloads), ...identical(inventory.injectors)];
  return [...Map.groupBy(overlaps, ({ pair }) => pair)].map(([pair, found]) => ({
    code: 'InjectorsOverlap',
    severity: 'overridable',
    subject: `MutatingWebhookConfiguration ${pair}`,
    message: `expected at most one of them to select a pod, found that ${[...new Set(found.map((each) => each.found))].join('; ')}`,
    remedy: 'istioctl tag list; kubectl get mutatingwebhookconfigurations -l app=sidecar-injector',
  }));
}

function predicted(workloads: PreflightFacts['inventory']['workloads']): readonly Overlap[] {
  const ambiguous = workloads.flatMap((workload) =>
    workload.prediction.kind === 'ambiguous'
      ? [{ workload, pair: pairOf(workload.prediction.webhooks.map(configurationOf)) }]
      : [],
  );
  return [...Map.groupBy(ambiguous, ({ pair }) => pair)].map(([pair, found]) => ({
    pair,
    found: `both would inject ${nameSome(found.map(({ workload }) => nameWorkload(workload)))}`,
  }));
}

/** Webhooks are named `configuration/webhook`. */
function configurationOf(webhook: string): string {
  return webhook.split('/')[0] ?? webhook;
}

function pairOf(names: readonly string[]): string {
  return [...new Set(names)].sort(compareText).join(' and ');
}

/** Selectors that are the same select the same, whether there is such a pod today or not. */
function identical(injectors: readonly InjectorFacts[]): readonly Overlap[] {
  const live = injectors.flatMap(({ name, webhooks }) =>
    webhooks
      .filter((webhook) => !isInert(webhook))
      .map((webhook) => ({ name, webhook: webhook.name, key: keyOf(webhook) })),
  );
  return [...Map.groupBy(live, ({ key }) => key).values()].flatMap((group): Overlap[] => {
    const names = [...new Set(group.map(({ name }) => name))];
    return names.length < 2
      ? []
      : [
          {
            pair: pairOf(names),
            found: `both have the selectors of ${group[0]?.webhook ?? 'one webhook'}`,
          },
        ];
  });
}

function keyOf({ namespaceSelector, objectSelector }: WebhookFacts): string {
  return JSON.stringify([canonical(namespaceSelector), canonical(objectSelector)]);
}

/** A selector without order: what it means, not how it was written. */
function canonical({ matchLabels = {}, matchExpressions = [] }: LabelSelector): unknown {
  return [
    Object.entries(matchLabels).sort(([a], [b]) => compareText(a, b)),
    matchExpressions
      .map(({ key, operator, values = [] }) =>
        JSON.stringify([key, operator, [...values].sort(compareText)]),
      )
      .sort(compareText),
  ];
}
