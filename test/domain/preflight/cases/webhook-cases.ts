import { answerDefaults } from '../../../../src/domain/inventory/answer-defaults.ts';
import type {
  InjectorFacts,
  ValidatorFacts,
} from '../../../../src/domain/inventory/webhook-facts.ts';
import type { ObservedNamespace } from '../../../../src/domain/mesh/observed-mesh.ts';
import { sampleInventory, validator, withWebhooks } from '../../../support/sample-inventory.ts';
import {
  namespaceByInjection,
  namespaceByRevision,
  sampleMesh,
} from '../../../support/sample-mesh.ts';
import { inert, injectorOf, tagOf } from '../../inventory/injectors.ts';
import { found, foundWorkload, type RuleCase } from '../rule-case.ts';

const TAG = 'MutatingWebhookConfiguration istio-revision-tag-';
const INJECTOR = 'MutatingWebhookConfiguration istio-sidecar-injector';
const DEFAULT_VALIDATOR = 'ValidatingWebhookConfiguration istiod-default-validator';

const MISSING = {
  service: { namespace: 'istio-system', name: 'istiod-gone', exists: false, readyEndpoints: 0 },
};
const EMPTY = {
  service: { namespace: 'istio-system', name: 'istiod-1-25-1', exists: true, readyEndpoints: 0 },
};

const { injectors: INJECTORS, validators: VALIDATORS } = sampleInventory(sampleMesh());

/** The sample's injectors with these added, or in the place of those of the same name. */
function withInjectors(...added: readonly InjectorFacts[]) {
  const names = new Set(added.map(({ name }) => name));
  return found({ injectors: [...INJECTORS.filter(({ name }) => !names.has(name)), ...added] });
}

function withValidators(...added: readonly ValidatorFacts[]) {
  const names = new Set(added.map(({ name }) => name));
  return found({ validators: [...VALIDATORS.filter(({ name }) => !names.has(name)), ...added] });
}

function answeredBy(injectors: readonly InjectorFacts[], validators: readonly ValidatorFacts[]) {
  return found({ defaults: answerDefaults(injectors, validators) });
}

/** A workload outside of the meshed namespaces, beside a dead webhook of tag `canary-idle`. */
function deadFor(podLabels: Readonly<Record<string, string>>) {
  const prediction = { kind: 'none', why: 'not asked' } as const;
  const given = foundWorkload({
    namespace: 'bystander',
    podLabels,
    prediction,
    podsWithProxy: 0,
  });
  const dead = withInjectors(withWebhooks(tagOf('canary-idle', '1-25-1'), MISSING));
  return { ...given, inventory: { ...given.inventory, injectors: dead.inventory.injectors } };
}

/** The default tag points nowhere, and only these namespaces are there. */
function defaultNowhere(namespaces: readonly ObservedNamespace[]) {
  const others = INJECTORS.filter(({ tag }) => tag !== 'default');
  return found(
    { injectors: [...others, tagOf('default', '1-24-3')] },
    { namespaces, workloads: [] },
  );
}

/** Webhooks: who answers, who is the default, who injects. */
export const WEBHOOK_CASES: readonly RuleCase[] = [
  {
    code: 'DefaultsDisagree',
    policy: 'asks about a validator that sends elsewhere than the default tag',
    given: answeredBy(INJECTORS, [validator('istiod-default-validator', '1-24-3')]),
    expected: [['overridable', 'namespace istio-system']],
    nearMiss: { what: 'a mesh without any default', given: found({ defaults: {} }) },
  },
  {
    code: 'DefaultsDisagree',
    policy: 'asks about leader locks that another revision wins',
    given: found({ defaults: { injection: 'a', validation: 'a', ownership: 'a', leader: 'b' } }),
    expected: [['overridable', 'namespace istio-system']],
    nearMiss: {
      what: 'locks that nobody wins by being the default',
      given: found({ defaults: { injection: 'a', validation: 'a', ownership: 'a' } }),
    },
  },
  {
    code: 'DefaultsDisagree',
    policy: 'tells of a default that injects while nobody validates',
    given: found({ defaults: { injection: 'a', ownership: 'a', leader: 'a' } }),
    expected: [['info', 'namespace istio-system']],
    nearMiss: {
      what: 'four answers that agree',
      given: found({ defaults: { injection: 'a', validation: 'a', ownership: 'a', leader: 'a' } }),
    },
  },
  {
    code: 'TagPointsNowhere',
    policy: 'refuses a tag in use that points to a revision without a control plane',
    given: withInjectors(tagOf('prod-stable', '1-24-3')),
    expected: [['blocking', `${TAG}prod-stable`]],
    nearMiss: {
      what: 'one that points to a control plane',
      given: withInjectors(tagOf('prod-stable', '1-25-1')),
    },
  },
  {
    code: 'TagPointsNowhere',
    policy: 'refuses a default tag that points nowhere while namespaces follow the default',
    given: withInjectors(tagOf('default', '1-24-3')),
    expected: [['blocking', `${TAG}default`]],
    nearMiss: {
      what: 'a tag that nobody uses: that is asked',
      given: withInjectors(tagOf('canary-idle', '1-24-3')),
      expected: [['overridable', `${TAG}canary-idle`]],
    },
  },
  {
    code: 'TagPointsNowhere',
    policy: 'refuses a default tag that points nowhere under one namespace that follows it',
    given: defaultNowhere([namespaceByInjection('orders'), namespaceByRevision('billing')]),
    expected: [['blocking', `${TAG}default`]],
    nearMiss: {
      what: 'one that no namespace follows: that is asked',
      given: defaultNowhere([namespaceByRevision('billing')]),
      expected: [['overridable', `${TAG}default`]],
    },
  },
  {
    code: 'TagPointsNowhere',
    policy: 'asks about a tag without a webhook',
    given: withInjectors({ ...tagOf('canary-idle', '1-25-1'), webhooks: [] }),
    expected: [['overridable', `${TAG}canary-idle`]],
    nearMiss: {
      what: 'a revision of its own without a webhook, which is no tag',
      given: withInjectors({ ...injectorOf('1-25-1'), webhooks: [] }),
    },
  },
  {
    code: 'TagPointsNowhere',
    policy: 'refuses a tag that points nowhere and that a pod names by itself',
    given: ((): ReturnType<typeof found> => {
      const given = foundWorkload({ podLabels: { 'istio.io/rev': 'canary-idle' } });
      const { injectors } = withInjectors(tagOf('canary-idle', '1-24-3')).inventory;
      return { ...given, inventory: { ...given.inventory, injectors } };
    })(),
    expected: [['blocking', `${TAG}canary-idle`]],
    nearMiss: {
      what: 'a pod that names a tag which leads somewhere',
      given: foundWorkload({ podLabels: { 'istio.io/rev': 'canary-idle' } }),
    },
  },
  {
    code: 'ValidatorPointsNowhere',
    policy: 'refuses a default validator of a removed revision, which refuses every write',
    given: withValidators(validator('istiod-default-validator', '1-24-3', MISSING)),
    expected: [['blocking', DEFAULT_VALIDATOR]],
    also: ['WebhookUnanswered'],
    nearMiss: {
      what: 'one of a revision that is there',
      given: withValidators(validator('istiod-default-validator', '1-25-1')),
    },
  },
  {
    code: 'ValidatorPointsNowhere',
    policy: 'asks about a validator that outlived its revision, while somebody answers it',
    given: withValidators(validator('istio-validator-1-24-3-istio-system', '1-24-3')),
    expected: [
      ['overridable', 'ValidatingWebhookConfiguration istio-validator-1-24-3-istio-system'],
    ],
    nearMiss: { what: 'the validators of the mesh', given: withValidators() },
  },
  {
    code: 'ValidatorPointsNowhere',
    policy: 'asks about the validator of a removed revision, which refuses only what names it',
    given: withValidators(validator('istio-validator-1-24-3-istio-system', '1-24-3', MISSING)),
    expected: [
      ['overridable', 'ValidatingWebhookConfiguration istio-validator-1-24-3-istio-system'],
    ],
    also: ['WebhookUnanswered'],
    nearMiss: {
      what: 'a default validator that somebody answers: that is asked too',
      given: withValidators(validator('istiod-default-validator', '1-24-3')),
      expected: [['overridable', DEFAULT_VALIDATOR]],
    },
  },
  {
    code: 'WebhookUnanswered',
    policy: 'refuses a dead injector that only pods with a label of their own ask for',
    given: deadFor({ 'istio.io/rev': 'canary-idle' }),
    expected: [['blocking', `${TAG}canary-idle`]],
    says: 'no pods can be created in bystander',
    nearMiss: {
      what: 'one that they do not ask for: that is asked',
      given: deadFor({ 'istio.io/rev': 'another' }),
      expected: [['overridable', `${TAG}canary-idle`]],
    },
  },
  {
    code: 'WebhookUnanswered',
    policy: 'refuses an injector in use whose Service does not exist',
    given: withInjectors(withWebhooks(tagOf('prod-stable', '1-25-1'), MISSING)),
    expected: [['blocking', `${TAG}prod-stable`]],
    nearMiss: { what: 'one whose Service is there', given: withInjectors() },
  },
  {
    code: 'WebhookUnanswered',
    policy: 'refuses an injector in use whose Service has no ready endpoint',
    given: withInjectors(withWebhooks(tagOf('prod-stable', '1-25-1'), EMPTY)),
    expected: [['blocking', `${TAG}prod-stable`]],
    nearMiss: {
      what: 'one whose failures are ignored: that is asked',
      given: withInjectors(
        withWebhooks(tagOf('prod-stable', '1-25-1'), { ...EMPTY, failurePolicy: 'Ignore' }),
      ),
      expected: [['overridable', `${TAG}prod-stable`]],
    },
  },
  {
    code: 'WebhookUnanswered',
    policy: 'asks about a dead injector that selects nothing of this mesh',
    given: withInjectors(withWebhooks(tagOf('canary-idle', '1-25-1'), MISSING)),
    expected: [['overridable', `${TAG}canary-idle`]],
    nearMiss: {
      what: 'one that was put out of use: that is told',
      given: withInjectors(withWebhooks(inert(injectorOf('default')), MISSING)),
      expected: [['info', INJECTOR]],
    },
  },
  {
    code: 'WebhookUnanswered',
    policy: 'refuses a validator that refuses every write, though its revision is there',
    given: withValidators(validator('istiod-default-validator', '1-25-1', EMPTY)),
    expected: [['blocking', DEFAULT_VALIDATOR]],
    nearMiss: {
      what: 'one that calls a URL',
      given: withValidators(validatorByUrl()),
    },
  },
  {
    code: 'WebhookUnanswered',
    policy: 'asks about a validator whose failures are ignored',
    given: withValidators(
      validator('istiod-default-validator', '1-25-1', { ...EMPTY, failurePolicy: 'Ignore' }),
    ),
    expected: [['overridable', DEFAULT_VALIDATOR]],
    nearMiss: {
      what: 'one of whose endpoints nothing is known: that is another finding',
      given: withValidators(
        validator('istiod-default-validator', '1-25-1', {
          service: { namespace: 'istio-system', name: 'istiod-1-25-1', exists: true },
        }),
      ),
    },
  },
];

function validatorByUrl(): ValidatorFacts {
  const { webhooks, ...rest } = validator('istiod-default-validator', '1-25-1');
  return {
    ...rest,
    webhooks: webhooks.map(({ service: _service, ...each }) => ({ ...each, url: 'https://x' })),
  };
}
