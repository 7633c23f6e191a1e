import type { LabelSelector } from '../../../src/domain/inventory/capacity.ts';
import type { InjectorFacts, WebhookFacts } from '../../../src/domain/inventory/webhook-facts.ts';

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

function absent(key: string): Expression {
  return { key, operator: 'DoesNotExist' };
}

function isOneOf(key: string, value: string): Expression {
  return { key, operator: 'In', values: [value] };
}

const NOT_OPTED_OUT: Expression = {
  key: 'sidecar.istio.io/inject',
  operator: 'NotIn',
  values: ['false'],
};

/** The webhooks that Istio's charts give a revision or a tag of this name (istio-facts section 3). */
function webhooksFor(name: string, revision: string): readonly WebhookFacts[] {
  const webhook = (
    prefix: string,
    inNamespace: readonly Expression[],
    inPod: readonly Expression[],
  ): WebhookFacts => ({
    name: `${prefix}.sidecar-injector.istio.io`,
    failurePolicy: 'Fail',
    namespaceSelector: { matchExpressions: inNamespace },
    objectSelector: { matchExpressions: inPod },
    service: {
      namespace: 'istio-system',
      name: revision === 'default' ? 'istiod' : `istiod-${revision}`,
      exists: true,
      readyEndpoints: 2,
    },
  });
  const unlabelled = [absent('istio.io/rev'), absent('istio-injection')];
  const named = isOneOf('istio.io/rev', name);
  const own = [
    webhook('rev.namespace', [named, absent('istio-injection')], [NOT_OPTED_OUT]),
    webhook('rev.object', unlabelled, [NOT_OPTED_OUT, named]),
  ];
  if (name !== 'default') return own;
  return [
    ...own,
    webhook('namespace', [isOneOf('istio-injection', 'enabled')], [NOT_OPTED_OUT]),
    webhook('object', unlabelled, [
      isOneOf('sidecar.istio.io/inject', 'true'),
      absent('istio.io/rev'),
    ]),
  ];
}

export function injectorOf(revision: string): InjectorFacts {
  const suffix = revision === 'default' ? '' : `-${revision}`;
  return {
    name: `istio-sidecar-injector${suffix}`,
    uid: `injector-${revision}`,
    revision,
    webhooks: webhooksFor(revision, revision),
  };
}

export function tagOf(tag: string, revision: string): InjectorFacts {
  return {
    name: `istio-revision-tag-${tag}`,
    uid: `tag-${tag}`,
    revision,
    tag,
    webhooks: webhooksFor(tag, revision),
  };
}

/** A webhook configuration that selects nothing any more, as `tag set default` leaves the unnamed one. */
export function inert(injector: InjectorFacts): InjectorFacts {
  const never: LabelSelector = { matchLabels: { 'istio.io/deactivated': 'never-match' } };
  return {
    ...injector,
    webhooks: injector.webhooks.map((each) => ({ ...each, namespaceSelector: never })),
  };
}
