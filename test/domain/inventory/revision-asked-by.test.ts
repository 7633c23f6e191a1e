import { expect, it } from '@jest/globals';
import type { ServiceFacts } from '../../../src/domain/inventory/interpret-services.ts';
import { revisionAskedBy } from '../../../src/domain/inventory/revision-asked-by.ts';
import { workloadObject } from '../../support/kubernetes-objects.ts';

const LABELS = { app: 'cart', 'istio.io/rev': '1-25-1' };

function askedBy(selector: object, service: Partial<ServiceFacts> = {}): string | undefined {
  const workload = workloadObject('Deployment', 'cart', {
    metadata: { namespace: 'shop' },
    spec: { selector },
  });
  const facts = { namespace: 'shop', name: 'cart-old', uid: 'u', type: 'ClusterIP' };
  return revisionAskedBy(workload, LABELS, [
    { ...facts, addresses: [], annotations: {}, ...service },
  ]);
}

it.each([
  ['its own selector', { matchLabels: LABELS }, {}, 'its selector'],
  [
    'an expression of its selector',
    { matchExpressions: [{ key: 'istio.io/rev', operator: 'Exists' }] },
    {},
    'its selector',
  ],
  ['a Service', { matchLabels: { app: 'cart' } }, { selector: LABELS }, 'Service shop/cart-old'],
])('%s may tell pods by their revision', (_who, selector, service, expected) => {
  expect(askedBy(selector, service)).toBe(expected);
});

it.each([
  ['that asks for something else', { selector: { app: 'cart' } }],
  ['of pods of another revision', { selector: { ...LABELS, 'istio.io/rev': '1-24-0' } }],
  ['of another namespace', { namespace: 'depot', selector: LABELS }],
  ['that selects nothing itself', {}],
])('a Service %s does not', (_which, service) => {
  expect(askedBy({ matchLabels: { app: 'cart' } }, { selector: LABELS })).toBeDefined();

  expect(askedBy({ matchLabels: { app: 'cart' } }, service)).toBeUndefined();
});
