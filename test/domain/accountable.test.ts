import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../src/domain/journal/change.ts';
import { isOurs } from '../../src/domain/snapshot/accountable.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', name: 'shop' };
const CART = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart' };
const TAG = { apiVersion: 'x/v1', kind: 'MutatingWebhookConfiguration', name: 'tag' };

const CHANGES: readonly Change[] = [
  {
    kind: 'labels',
    ref: NAMESPACE,
    uid: 'u',
    prior: { 'istio.io/rev': '1-25-1' },
    applied: { 'istio.io/rev': '1-26-1' },
  },
  { kind: 'restart', ref: CART, uid: 'u', prior: null, applied: 'run/wave-1' },
  {
    kind: 'webhooks',
    ref: TAG,
    uid: 'u',
    prior: { labels: { 'istio.io/rev': '1-25-1' }, webhooks: [] },
    applied: { labels: { 'istio.io/rev': '1-26-1' }, webhooks: [] },
  },
  { kind: 'create', ref: { apiVersion: 'v1', kind: 'Service', namespace: 'mesh', name: 'new' } },
];

describe('a run answers for a difference', () => {
  it.each([
    ['in a label that it wrote', 'Namespace shop labels.istio.io/rev', '"a"', '"b"', true],
    ['but not in a label of others', 'Namespace shop labels.team', '"a"', '"b"', false],
    ['but not of another namespace', 'Namespace shop2 labels.istio.io/rev', '"a"', '"b"', false],
    ['in where a tag sends', 'MutatingWebhookConfiguration tag webhooks', '[]', '[1]', true],
    [
      'in the label of a tag',
      'MutatingWebhookConfiguration tag labels.istio.io/rev',
      '1',
      '2',
      true,
    ],
    ['but not in its other labels', 'MutatingWebhookConfiguration tag labels.x', '1', '2', false],
    [
      'in a restart token that it left',
      'Deployment shop/cart restart token',
      'absent',
      '"t"',
      true,
    ],
    ['in proxies of its revision', 'Deployment shop/cart revisions', '"1-25-1"', '"1-26-1"', true],
    ['but not in others', 'Deployment shop/cart revisions', '"1-25-1"', '"1-24-0"', false],
    ['in pods that are missing', 'Deployment shop/cart missing pods', '0', '1', true],
    [
      'but not in pods that were missing before',
      'Deployment shop/cart missing pods',
      '2',
      '1',
      false,
    ],
    ['but not in scaling', 'Deployment shop/cart ready pods', '2', '4', false],
    ["but not in its owner's template", 'Deployment shop/cart pod template', '"a"', '"b"', false],
    ['in all of what it created', 'Service mesh/new spec', 'absent', '{}', true],
    ['but not of what only begins alike', 'Service mesh/newer spec', 'absent', '{}', false],
  ])('%s', (_what, path, expected, found, ours) => {
    expect(isOurs({ path, expected, found }, CHANGES, '1-26-1')).toBe(ours);
  });
});
