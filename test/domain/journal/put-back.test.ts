import { describe, expect, it } from '@jest/globals';
import { putBackObject } from '../../../src/domain/journal/object-content.ts';
import { putBack } from '../../../src/domain/journal/put-back.ts';
import type { Json, KubernetesObject } from '../../../src/domain/kubernetes-object.ts';

const item = (name: string, value: Json): Json => ({ name, value });

describe('what a run wrote is taken back', () => {
  it.each<readonly [string, Json, Json, Json, Json]>([
    ['whole, where nobody else wrote', { a: 1 }, { a: 2 }, { a: 2 }, { a: 1 }],
    ['beside a member that others added', { a: 1 }, { a: 2 }, { a: 2, b: 3 }, { a: 1, b: 3 }],
    ['beside a member that others removed', { a: 1, b: 3 }, { a: 2, b: 3 }, { a: 2 }, { a: 1 }],
    ['with what the run had added', { a: 1 }, { a: 1, b: 2 }, { a: 1, b: 2, c: 3 }, { a: 1, c: 3 }],
    [
      'with what the run had removed',
      { a: 1, b: 2 },
      { a: 1 },
      { a: 1, c: 3 },
      { a: 1, b: 2, c: 3 },
    ],
    [
      'item by item, by name',
      [item('x', 1), item('y', 1)],
      [item('x', 2), item('y', 1)],
      [item('x', 2), item('y', 7), item('z', 1)],
      [item('x', 1), item('y', 7), item('z', 1)],
    ],
  ])('%s', (_how, prior, applied, live, expected) => {
    expect(putBack({ prior, applied, live })).toMatchObject({ value: expected, conflicts: [] });
  });

  it('and what is back already stays', () => {
    expect(putBack({ prior: { a: 1 }, applied: { a: 2 }, live: { a: 1, b: 3 } })).toEqual({
      value: { a: 1, b: 3 },
      conflicts: [],
      kept: ['b'],
    });
  });

  it('but for a field that others have changed since, which is named', () => {
    const prior = { a: 1, list: [1], items: [item('x', 1)] };
    const applied = { a: 2, list: [1, 2], items: [item('x', 2)] };
    const live = { a: 3, list: [1, 2, 3], items: [item('x', 3)] };

    expect(putBack({ prior, applied, live })).toEqual({
      value: live,
      conflicts: ['a', 'list', 'items[name="x"].value'],
      kept: [],
    });
  });
});

describe('an object that others have edited too', () => {
  function webhook(service: string, more: object = {}): KubernetesObject {
    return {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'injector', uid: 'u', annotations: {}, ...more },
      webhooks: [
        { name: 'rev', failurePolicy: 'Fail', clientConfig: { service, caBundle: 'Q0E=' } },
      ],
    };
  }

  it('keeps what the server and istiod keep by themselves', () => {
    const live = webhook('new', {
      resourceVersion: '7',
      annotations: { mine: 'x', 'deployment.kubernetes.io/revision': '4' },
    });

    const { object, kept } = putBackObject({
      prior: webhook('old', { resourceVersion: '1' }),
      applied: webhook('new'),
      live,
    });

    expect(object).toEqual({ ...webhook('old'), metadata: live.metadata });
    expect(kept).toEqual(['metadata.annotations.mine']);
  });
});
