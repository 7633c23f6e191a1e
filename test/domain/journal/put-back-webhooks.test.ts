import { describe, expect, it } from '@jest/globals';
import type { WebhookState } from '../../../src/domain/journal/change.ts';
import { putBackWebhooks } from '../../../src/domain/journal/put-back-webhooks.ts';
import { sameDirection } from '../../../src/domain/journal/webhook-state.ts';

const REV = 'istio.io/rev';

/** What a tag's webhooks are, as the server keeps them or as `istioctl tag generate` prints them. */
function tag(revision: string, more: object = {}, service = `istiod-${revision}`): WebhookState {
  return {
    labels: { [REV]: revision },
    webhooks: ['rev.namespace', 'rev.object'].map((name) => ({
      name,
      clientConfig: { service: { namespace: 'istio-system', name: service }, caBundle: 'b2xk' },
      failurePolicy: 'Fail',
      namespaceSelector: { matchLabels: { [REV]: 'prod' } },
      ...more,
    })),
  };
}

const SERVER = { timeoutSeconds: 10, matchPolicy: 'Equivalent' };
const PRIOR = tag('1-25-1', SERVER);
const APPLIED = tag('1-26-1');
const MINE = { namespaceSelector: { matchLabels: { [REV]: 'prod', team: 'mine' } } };

describe('webhooks that are put back', () => {
  it('are those of before where nobody has touched them', () => {
    const live = tag('1-26-1', SERVER);
    expect(putBackWebhooks({ prior: PRIOR, applied: APPLIED }, live)).toEqual({
      webhooks: PRIOR.webhooks,
      kept: [],
    });
  });

  it('keep what somebody has set in them since, by name, and send to the revision of before', () => {
    const live = tag('1-26-1', { ...SERVER, ...MINE });

    const { webhooks, kept } = putBackWebhooks({ prior: PRIOR, applied: APPLIED }, live);

    expect(webhooks).toEqual(tag('1-25-1', { ...SERVER, ...MINE }).webhooks);
    expect(kept).toEqual([
      'webhooks[name="rev.namespace"].namespaceSelector.matchLabels.team',
      'webhooks[name="rev.object"].namespaceSelector.matchLabels.team',
    ]);
  });

  it('keep what istiod writes in them, of which nobody is told', () => {
    const live = tag('1-26-1', { ...SERVER, failurePolicy: 'Ignore' });

    const { webhooks, kept } = putBackWebhooks({ prior: PRIOR, applied: APPLIED }, live);

    expect(webhooks.map(({ failurePolicy }) => failurePolicy)).toEqual(['Ignore', 'Ignore']);
    expect(kept).toEqual([]);
  });

  it('send to the revision of before whatever else is in them', () => {
    const added = { ...tag('1-26-1', SERVER).webhooks[0], name: 'rev.namespace' };
    const live = { ...APPLIED, webhooks: [...tag('1-26-1', SERVER).webhooks, added] };

    const { webhooks } = putBackWebhooks({ prior: PRIOR, applied: APPLIED }, live);

    expect(sameDirection({ labels: PRIOR.labels, webhooks }, PRIOR)).toBe(true);
  });
});
