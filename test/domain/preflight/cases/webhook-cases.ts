import { answerDefaults } from '../../../../src/domain/inventory/answer-defaults.ts';
import type {
  InjectorFacts,
  ValidatorFacts,
} from '../../../../src/domain/inventory/webhook-facts.ts';
import { sampleInventory, validator, withWebhooks } from '../../../support/sample-inventory.ts';
import { sampleMesh, workload } from '../../../support/sample-mesh.ts';
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

const SOME_TEMPLATE = {
  kind: 'refused',
  webhook: 'istio-revision-tag-prod-stable/rev.namespace.sidecar-injector.istio.io',
  why: 'it asks for injection template "x"',
} as const;

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
  {
    code: 'InjectorsOverlap',
    policy: 'asks about two injectors with the same selectors',
    given: withInjectors({ ...tagOf('prod-stable', '1-25-1'), name: 'left-over' }),
    expected: [
      ['overridable', 'MutatingWebhookConfiguration istio-revision-tag-prod-stable and left-over'],
    ],
    nearMiss: {
      what: 'two of which one was put out of use',
      given: withInjectors({ ...inert(tagOf('prod-stable', '1-25-1')), name: 'left-over' }),
    },
  },
  {
    code: 'InjectorsOverlap',
    policy: 'asks once about two injectors that would both inject several workloads',
    given: ((): ReturnType<typeof found> => {
      const prediction = { kind: 'ambiguous', webhooks: ['b/x', 'a/x'] } as const;
      const { inventory, ...given } = foundWorkload({ prediction });
      const workloads = inventory.workloads.map((each) => ({ ...each, prediction }));
      return { ...given, inventory: { ...inventory, workloads } };
    })(),
    expected: [['overridable', 'MutatingWebhookConfiguration a and b']],
    nearMiss: { what: 'workloads with one injector each', given: foundWorkload({}) },
  },
  {
    code: 'SidecarWouldBeLost',
    policy: 'asks about a workload whose proxies would be gone after a restart',
    given: foundWorkload({ prediction: { kind: 'none', why: 'no injection webhook selects it' } }),
    expected: [['overridable', 'Deployment shop/extra']],
    nearMiss: {
      what: 'one whose proxy stands in its template',
      given: foundWorkload({
        prediction: { kind: 'none', why: 'no injection webhook selects it' },
        manualProxyImage: 'docker.io/istio/proxyv2:1.25.1',
        podsWithProxy: 1,
      }),
    },
  },
  {
    code: 'SidecarWouldBeGained',
    policy: 'asks about a workload whose pods would come back with a proxy',
    given: found({}, { workloads: [workload({ podsByRevision: { none: 2 } })] }),
    expected: [['overridable', 'Deployment shop/cart']],
    nearMiss: {
      what: 'one that was scaled to nothing',
      given: found(
        {},
        { workloads: [workload({ desiredPods: 0, readyPods: 0, podsByRevision: {} })] },
      ),
    },
  },
  {
    code: 'SidecarWouldBeGained',
    policy: 'asks about a workload of which some pods have no proxy yet',
    given: found({}, { workloads: [workload({ podsByRevision: { none: 1, '1-25-1': 1 } })] }),
    expected: [['overridable', 'Deployment shop/cart']],
    nearMiss: {
      what: 'one without a proxy that nobody would inject',
      given: foundWorkload({
        podsWithProxy: 0,
        podsWithoutProxy: 2,
        prediction: { kind: 'none', why: 'it says sidecar.istio.io/inject: false' },
      }),
    },
  },
  {
    code: 'PodCreationRefused',
    policy: 'refuses a workload whose new pods the injector turns away',
    given: foundWorkload({ prediction: SOME_TEMPLATE }),
    expected: [['blocking', 'Deployment shop/extra']],
    nearMiss: {
      what: 'one under a webhook that nobody answers, which has a finding of its own',
      given: ((): ReturnType<typeof found> => {
        const given = foundWorkload({ prediction: SOME_TEMPLATE });
        const dead = withInjectors(withWebhooks(tagOf('prod-stable', '1-25-1'), MISSING));
        const { injectors } = dead.inventory;
        return { ...given, inventory: { ...given.inventory, injectors } };
      })(),
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
