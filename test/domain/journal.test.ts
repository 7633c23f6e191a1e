import { describe, expect, it } from '@jest/globals';
import { formatKeyed, holds, pickKeys } from '../../src/domain/journal/keyed-values.ts';
import {
  formatDirection,
  sameDirection,
  webhookStateOf,
} from '../../src/domain/journal/webhook-state.ts';
import type { WebhookState } from '../../src/domain/journal/change.ts';
import { compareRefs, formatRef, refOf } from '../../src/domain/kubernetes-object.ts';
import { webhooksOf } from '../../src/domain/mesh/webhook-shapes.ts';
import { configMap, mutatingWebhook, namespaceObject } from '../support/kubernetes-objects.ts';

describe('values by key', () => {
  it('are picked with their absence', () => {
    expect(pickKeys({ a: '1', b: '2' }, ['a', 'c'])).toEqual({ a: '1', c: null });
    expect(pickKeys(undefined, ['a'])).toEqual({ a: null });
  });

  it.each([
    [{ a: '1' }, { a: '1' }, true],
    [{ a: '1', other: 'x' }, { a: '1' }, true],
    [{ a: '2' }, { a: '1' }, false],
    [{}, { a: '1' }, false],
    [{}, { a: null }, true],
    [undefined, { a: null }, true],
    [{ a: '' }, { a: null }, false],
    [{ a: '' }, { a: '' }, true],
    [{ a: '1' }, { a: null }, false],
    [{ a: '1' }, {}, true],
  ])(
    'of %j hold %j: %s',
    (live: Record<string, string> | undefined, expected: Record<string, string | null>, result) => {
      expect(holds(live, expected)).toBe(result);
    },
  );

  it('are told with what is absent', () => {
    expect(formatKeyed({ 'istio.io/rev': '1-26-1', 'istio-injection': null })).toBe(
      'istio.io/rev=1-26-1, istio-injection absent',
    );
  });
});

describe('where a webhook sends', () => {
  const TAG = { 'istio.io/rev': '1-25-1', 'istio.io/tag': 'prod' };

  function state(revision = '1-25-1'): WebhookState {
    const labels = { ...TAG, 'istio.io/rev': revision };
    return webhookStateOf(mutatingWebhook('istio-revision-tag-prod', labels), Object.keys(labels));
  }

  it('is its label and its Services', () => {
    expect(state()).toMatchObject({
      labels: TAG,
      webhooks: [{ clientConfig: { service: { name: 'istiod-1-25-1' } } }],
    });
    expect(formatDirection(state())).toBe('webhooks → istiod-1-25-1 (istio.io/rev=1-25-1)');
  });

  it('differs when the revision does', () => {
    expect(sameDirection(state(), state())).toBe(true);

    expect(sameDirection(state(), state('1-26-1'))).toBe(false);
  });

  it.each([
    ['the CA that istiod keeps', (webhook: object) => ({ ...webhook, failurePolicy: 'Ignore' })],
    [
      'a default that the server fills in',
      (webhook: object) => ({ ...webhook, timeoutSeconds: 10 }),
    ],
  ])('is the same whatever %s', (_what, change) => {
    const { labels, webhooks } = state();

    expect(
      sameDirection(state(), {
        labels,
        webhooks: webhooks.map((each) => ({ ...each, ...change(each) })),
      }),
    ).toBe(true);
  });

  it.each([
    ['a webhook is missing', (webhooks: WebhookState['webhooks']) => webhooks.slice(1)],
    [
      'a webhook has another name',
      (webhooks: WebhookState['webhooks']) => webhooks.map((each) => ({ ...each, name: 'x' })),
    ],
    [
      'a webhook sends to a URL',
      (webhooks: WebhookState['webhooks']) =>
        webhooks.map(({ name }) => ({ name, clientConfig: {} })),
    ],
  ])('differs when %s', (_what, change) => {
    const { labels, webhooks } = state();
    expect(sameDirection(state(), { labels, webhooks })).toBe(true);

    expect(sameDirection(state(), { labels, webhooks: change(webhooks) })).toBe(false);
  });

  it('is told with an absent label', () => {
    expect(formatDirection({ labels: {}, webhooks: [] })).toContain('(istio.io/rev=absent)');
  });

  it('is nowhere for an object without webhooks', () => {
    expect(webhooksOf(namespaceObject('x'))).toEqual([]);
  });
});

describe('a reference', () => {
  it.each([
    [
      namespaceObject('shop'),
      'Namespace shop',
      { apiVersion: 'v1', kind: 'Namespace', name: 'shop' },
    ],
    [
      configMap('istio', {}),
      'ConfigMap istio-system/istio',
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'istio-system', name: 'istio' },
    ],
  ])('of an object is %s', (object, text, ref) => {
    expect(refOf(object)).toEqual(ref);
    expect(formatRef(ref)).toBe(text);
  });

  it('sorts by namespace, kind and name', () => {
    const refs = [configMap('b', {}), namespaceObject('z'), configMap('a', {})].map(refOf);

    expect(refs.sort(compareRefs).map(formatRef)).toEqual([
      'Namespace z',
      'ConfigMap istio-system/a',
      'ConfigMap istio-system/b',
    ]);
  });
});
