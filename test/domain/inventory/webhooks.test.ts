import { describe, expect, it } from '@jest/globals';
import {
  interpretEndpointSlice,
  interpretService,
} from '../../../src/domain/inventory/interpret-services.ts';
import {
  interpretInjectors,
  webhookNamespaces,
  type Backends,
} from '../../../src/domain/inventory/interpret-webhooks.ts';
import { known, unknown } from '../../../src/domain/inventory/known.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import { mutatingWebhook } from '../../support/kubernetes-objects.ts';

const CONFIGURATION = mutatingWebhook('istio-sidecar-injector-1-26-1', {
  'istio.io/rev': '1-26-1',
});

function service(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'istio-system' } };
}

function slice(endpoints: readonly object[], name = 'istiod-1-26-1'): KubernetesObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-x`,
      namespace: 'istio-system',
      labels: { 'kubernetes.io/service-name': name },
    },
    endpoints,
  };
}

function backends(
  services: readonly KubernetesObject[],
  slices: readonly KubernetesObject[],
): Backends {
  return {
    services: known(services.map(interpretService)),
    endpoints: new Map([
      ['istio-system', known(slices.flatMap((each) => interpretEndpointSlice(each) ?? []))],
    ]),
  };
}

/** The Service behind the only webhook of the only injector. */
function serviceBehind(found: Backends) {
  const injectors = interpretInjectors([CONFIGURATION], found);
  expect(injectors.map(({ name }) => name)).toEqual(['istio-sidecar-injector-1-26-1']);
  return injectors[0]?.webhooks[0]?.service;
}

const READY = { addresses: ['10.0.0.1'], conditions: { ready: true }, targetRef: { uid: 'pod-1' } };

describe('what is behind a webhook', () => {
  it('is a Service with its ready endpoints', () => {
    const second = { ...READY, targetRef: { uid: 'pod-2' } };

    expect(serviceBehind(backends([service('istiod-1-26-1')], [slice([READY, second])]))).toEqual({
      namespace: 'istio-system',
      name: 'istiod-1-26-1',
      exists: true,
      readyEndpoints: 2,
    });
  });

  it('counts a pod once that has an address of each family', () => {
    const ofOtherFamily = slice([{ ...READY, addresses: ['fd00::1'] }]);

    const found = serviceBehind(backends([], [slice([READY]), ofOtherFamily]));

    expect(found?.readyEndpoints).toBe(1);
  });

  it.each([
    ['false', { ready: false }, 0],
    ['not told', {}, 1],
  ])('counts an endpoint whose readiness is %s as the API means it', (_, conditions, count) => {
    const found = serviceBehind(backends([], [slice([{ ...READY, conditions }])]));

    expect(found?.readyEndpoints).toBe(count);
  });

  it('does not exist when no Service has its name', () => {
    expect(serviceBehind(backends([service('istiod')], []))?.exists).toBe(false);
  });

  it('is not told when it could not be read', () => {
    const found = serviceBehind({
      services: unknown('forbidden'),
      endpoints: new Map([['istio-system', unknown('forbidden')]]),
    });

    expect(found).toEqual({ namespace: 'istio-system', name: 'istiod-1-26-1' });
  });
});

describe('injectors', () => {
  it('are told from the webhooks of others by the name of the webhook', () => {
    const foreign = { ...CONFIGURATION, webhooks: [{ name: 'policy.example.com' }] };

    expect(interpretInjectors([CONFIGURATION], backends([], []))).toHaveLength(1);
    expect(interpretInjectors([foreign], backends([], []))).toEqual([]);
  });

  it('refuse pods on failure unless they say that failure is ignored', () => {
    const ignoring = {
      ...CONFIGURATION,
      webhooks: [{ name: 'object.sidecar-injector.istio.io', failurePolicy: 'Ignore' }],
    };
    const policies = [CONFIGURATION, ignoring].map(
      (each) => interpretInjectors([each], backends([], []))[0]?.webhooks[0]?.failurePolicy,
    );

    expect(policies).toEqual(['Fail', 'Ignore']);
  });

  it('tell the namespaces in which somebody has to answer', () => {
    expect(webhookNamespaces([CONFIGURATION, CONFIGURATION])).toEqual(['istio-system']);
  });
});
