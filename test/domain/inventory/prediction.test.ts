import { describe, expect, it } from '@jest/globals';
import type { InjectorPolicy } from '../../../src/domain/inventory/injector-policy.ts';
import { known, unknown } from '../../../src/domain/inventory/known.ts';
import {
  predictInjection,
  type InjectingMesh,
  type InjectionSubject,
} from '../../../src/domain/inventory/predict-injection.ts';
import type { InjectorFacts, WebhookFacts } from '../../../src/domain/inventory/webhook-facts.ts';
import { injectorOf, tagOf } from './injectors.ts';

const POLICY: InjectorPolicy = {
  policy: 'enabled',
  neverInjectSelector: [],
  alwaysInjectSelector: [],
  defaultTemplates: ['sidecar'],
  templates: ['gateway', 'sidecar'],
  aliases: {},
};

const MESH: InjectingMesh = {
  injectors: [
    injectorOf('1-25'),
    injectorOf('1-26'),
    tagOf('default', '1-25'),
    tagOf('prod', '1-25'),
  ],
  policies: { '1-25': known(POLICY), '1-26': known(POLICY) },
};

const POD: InjectionSubject = {
  namespace: 'shop',
  namespaceLabels: { 'istio.io/rev': '1-26' },
  podLabels: {},
  podAnnotations: {},
  hostNetwork: false,
};

const INJECTED = {
  kind: 'injected',
  revision: '1-26',
  webhook: 'istio-sidecar-injector-1-26/rev.namespace.sidecar-injector.istio.io',
};

/** The same mesh with every webhook of revision 1-26 changed. */
function meshWith(change: Partial<WebhookFacts>): InjectingMesh {
  const changed = (injector: InjectorFacts): InjectorFacts =>
    injector.revision === '1-26'
      ? { ...injector, webhooks: injector.webhooks.map((each) => ({ ...each, ...change })) }
      : injector;
  return { ...MESH, injectors: MESH.injectors.map(changed) };
}

function predictWith(policy: Partial<InjectorPolicy>, pod: Partial<InjectionSubject> = {}) {
  return predictInjection(
    { ...POD, ...pod },
    { ...MESH, policies: { '1-26': known({ ...POLICY, ...policy }) } },
  );
}

describe('the premise', () => {
  it('is a pod that its revision injects', () => {
    expect(predictInjection(POD, MESH)).toEqual(INJECTED);
  });
});

describe('the API server decides by the live selectors', () => {
  it.each<[string, Partial<InjectionSubject>, string]>([
    ['a tag', { namespaceLabels: { 'istio.io/rev': 'prod' } }, '1-25'],
    ['istio-injection', { namespaceLabels: { 'istio-injection': 'enabled' } }, '1-25'],
    [
      'istio-injection before istio.io/rev',
      { namespaceLabels: { 'istio-injection': 'enabled', 'istio.io/rev': '1-26' } },
      '1-25',
    ],
    [
      "the pod's revision where the namespace says nothing",
      { namespaceLabels: {}, podLabels: { 'istio.io/rev': '1-26' } },
      '1-26',
    ],
    [
      "the namespace's revision before the pod's",
      { namespaceLabels: { 'istio.io/rev': 'prod' }, podLabels: { 'istio.io/rev': '1-26' } },
      '1-25',
    ],
    [
      'a pod that asks where the namespace says nothing',
      { namespaceLabels: {}, podLabels: { 'sidecar.istio.io/inject': 'true' } },
      '1-25',
    ],
  ])('%s', (_what, change, revision) => {
    expect(predictInjection({ ...POD, ...change }, MESH)).toMatchObject({
      kind: 'injected',
      revision,
    });
  });

  it.each<[string, Partial<InjectionSubject>]>([
    ['no label at all', { namespaceLabels: {} }],
    ['istio-injection=disabled', { namespaceLabels: { 'istio-injection': 'disabled' } }],
    ['a revision that is not there', { namespaceLabels: { 'istio.io/rev': '1-24' } }],
    ['a pod that opts out', { podLabels: { 'sidecar.istio.io/inject': 'false' } }],
    [
      'only an annotation that asks, which selectors do not see',
      { namespaceLabels: {}, podAnnotations: { 'sidecar.istio.io/inject': 'true' } },
    ],
  ])('nobody, for %s', (_what, change) => {
    expect(predictInjection({ ...POD, ...change }, MESH)).toEqual({
      kind: 'none',
      why: 'no injection webhook selects it',
    });
  });

  it('sees the label that every namespace has: its own name', () => {
    const namespaceSelector = {
      matchExpressions: [
        { key: 'kubernetes.io/metadata.name', operator: 'NotIn' as const, values: ['shop'] },
      ],
    };
    const mesh = meshWith({ namespaceSelector, objectSelector: {} });

    expect(predictInjection({ ...POD, namespace: 'cart' }, mesh).kind).toBe('ambiguous');
    expect(predictInjection(POD, mesh).kind).toBe('none');
  });
});

describe('who answers', () => {
  const service = {
    namespace: 'istio-system',
    name: 'istiod-1-26',
    exists: true,
    readyEndpoints: 2,
  };

  it.each([
    ['has no Service', { ...service, exists: false }, 'does not exist'],
    ['has nobody behind its Service', { ...service, readyEndpoints: 0 }, 'has no ready endpoint'],
  ])(
    'a webhook that %s refuses every pod, or leaves it when failure is ignored',
    (_what, gone, why) => {
      expect(predictInjection(POD, meshWith({ service: gone }))).toEqual({
        kind: 'refused',
        webhook: INJECTED.webhook,
        why: `Service istio-system/istiod-1-26 ${why}`,
      });
      expect(predictInjection(POD, meshWith({ service: gone, failurePolicy: 'Ignore' }))).toEqual({
        kind: 'none',
        why: `Service istio-system/istiod-1-26 ${why}, and its failure is ignored`,
      });
    },
  );

  it.each([
    ['Services', { namespace: 'istio-system', name: 'istiod-1-26', readyEndpoints: 2 }],
    ['endpoints', { namespace: 'istio-system', name: 'istiod-1-26', exists: true }],
  ])('is not guessed where %s could not be read', (_what, half) => {
    expect(predictInjection(POD, meshWith({ service: half }))).toEqual({
      kind: 'unknown',
      why: 'whether anybody is behind Service istio-system/istiod-1-26 could not be read',
    });
  });

  it('refuses even a pod that istiod would leave alone: the API server asks first', () => {
    const mesh = meshWith({ service: { ...service, readyEndpoints: 0 } });

    expect(predictInjection({ ...POD, hostNetwork: true }, MESH).kind).toBe('none');
    expect(predictInjection({ ...POD, hostNetwork: true }, mesh).kind).toBe('refused');
  });

  it('goes by the Service that a tag sends to, not by what its label says', () => {
    const mislabelled = { ...tagOf('prod', '1-26'), revision: '1-25' };
    const subject = { ...POD, namespaceLabels: { 'istio.io/rev': 'prod' } };

    expect(predictInjection(subject, MESH)).toMatchObject({ revision: '1-25' });
    expect(
      predictInjection(subject, {
        ...MESH,
        injectors: [injectorOf('1-25'), injectorOf('1-26'), mislabelled],
      }),
    ).toMatchObject({ revision: '1-26' });
  });

  it('is not one but several where selectors overlap, in the order in which they are called', () => {
    const tag = tagOf('1-26', '1-25');

    expect(predictInjection(POD, { ...MESH, injectors: [...MESH.injectors, tag] })).toEqual({
      kind: 'ambiguous',
      webhooks: [
        'istio-revision-tag-1-26/rev.namespace.sidecar-injector.istio.io',
        'istio-sidecar-injector-1-26/rev.namespace.sidecar-injector.istio.io',
      ],
    });
  });
});

describe('istiod decides by its own rules', () => {
  it.each<[string, Partial<InjectionSubject>]>([
    ['pods on the network of their node', { hostNetwork: true }],
    ['namespaces of Kubernetes', { namespace: 'kube-system' }],
    ['an annotation that says no', { podAnnotations: { 'sidecar.istio.io/inject': 'false' } }],
    ['a label that says neither yes nor no', { podLabels: { 'sidecar.istio.io/inject': 'sure' } }],
    ['a label that says no in capitals', { podLabels: { 'sidecar.istio.io/inject': 'FALSE' } }],
    [
      'a label that says no beside an annotation that says yes',
      {
        podLabels: { 'sidecar.istio.io/inject': 'no' },
        podAnnotations: { 'sidecar.istio.io/inject': 'true' },
      },
    ],
  ])('against %s', (_what, change) => {
    expect(predictInjection({ ...POD, ...change }, MESH).kind).toBe('none');
  });

  it.each(['true', 'TRUE', 'yes', 'Y', 'on'])('for a pod that says %s', (value) => {
    const asks = { podLabels: { 'sidecar.istio.io/inject': value } };

    expect(predictWith({ policy: 'disabled' })).toMatchObject({ kind: 'none' });
    expect(predictWith({ policy: 'disabled' }, asks)).toEqual(INJECTED);
  });

  it('an empty label hides an annotation, and leaves it to the policy', () => {
    const pod = {
      podLabels: { 'sidecar.istio.io/inject': '' },
      podAnnotations: { 'sidecar.istio.io/inject': 'false' },
    };

    expect(predictWith({}, pod)).toEqual(INJECTED);
    expect(predictWith({ policy: 'disabled' }, pod).kind).toBe('none');
  });

  it('never before always, both before the policy, and both after what the pod says', () => {
    const pod = { podLabels: { job: 'yes' } };
    const selector = [{ matchLabels: { job: 'yes' } }];

    expect(predictWith({ neverInjectSelector: selector }, pod).kind).toBe('none');
    expect(predictWith({ policy: 'disabled', alwaysInjectSelector: selector }, pod)).toEqual(
      INJECTED,
    );
    expect(
      predictWith({ neverInjectSelector: selector, alwaysInjectSelector: selector }, pod).kind,
    ).toBe('none');
    expect(
      predictWith(
        { neverInjectSelector: selector },
        { podLabels: { ...pod.podLabels, 'sidecar.istio.io/inject': 'true' } },
      ),
    ).toEqual(INJECTED);
  });

  it.each([
    ['is empty', {}],
    ['is at fault', { matchExpressions: [{ key: 'job', operator: 'NotIn' as const, values: [] }] }],
  ])('without a selector of its own that %s', (_what, selector) => {
    expect(predictWith({ neverInjectSelector: [selector] })).toEqual(INJECTED);
  });

  it('nobody where its policy is none that it knows, whatever the pod says', () => {
    const asks = { podLabels: { 'sidecar.istio.io/inject': 'true' } };

    expect(predictWith({}, asks)).toEqual(INJECTED);
    expect(predictWith({ policy: 'on' }, asks).kind).toBe('none');
  });

  it('refuses a pod that asks for a template which its revision does not have', () => {
    const asks = { podAnnotations: { 'inject.istio.io/templates': 'sidecar, mine' } };

    expect(predictWith({ templates: ['mine', 'sidecar'] }, asks)).toEqual(INJECTED);
    expect(predictWith({ aliases: { mine: ['sidecar'] } }, asks)).toEqual(INJECTED);
    expect(predictWith({}, asks)).toEqual({
      kind: 'refused',
      webhook: INJECTED.webhook,
      why: 'it asks for injection template "mine", the injector has gateway, sidecar',
    });
  });

  it.each([
    ['could not be read', { '1-26': unknown('forbidden') }, 'forbidden'],
    ['nobody read', {}, 'its ConfigMap was not read'],
  ])('is not guessed where its policy %s', (_what, policies, why) => {
    expect(predictInjection(POD, { ...MESH, policies })).toEqual({
      kind: 'unknown',
      why: `the injection policy of 1-26: ${why}`,
    });
    expect(predictInjection({ ...POD, hostNetwork: true }, { ...MESH, policies }).kind).toBe(
      'none',
    );
  });
});
