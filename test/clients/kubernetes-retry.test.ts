import { describe, expect, it } from '@jest/globals';
import { pauseAfter } from '../../src/clients/backoff.ts';
import { KubernetesError, KubernetesUnreachable } from '../../src/clients/kubernetes-error.ts';
import { withRetries } from '../../src/clients/kubernetes-retry.ts';
import type { Call, Send } from '../../src/clients/kubernetes-transport.ts';

const READ: Call = { method: 'GET', path: '/api/v1/pods' };
const QUICK = { firstMs: 1, longestMs: 4 };

function refusal(
  code: number,
  {
    retryAfterSeconds,
    cause,
    message = 'no',
  }: { retryAfterSeconds?: number; cause?: string; message?: string } = {},
): KubernetesError {
  return new KubernetesError({
    code,
    reason: '',
    message,
    causes: cause === undefined ? [] : [{ reason: cause }],
    retryAfterSeconds,
    request: 'GET /x',
  });
}

const SILENCE = new KubernetesUnreachable('GET /x', new Error('reset'));

/** A server that fails as often as told, and then answers. */
function failing(error: Error, times: number): { readonly send: Send; readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    send: async () => {
      asked.push(performance.now());
      if (asked.length <= times) throw error;
      return 'answer';
    },
  };
}

describe('a request', () => {
  it.each([
    ['a read', READ, refusal(429)],
    ['a read', READ, refusal(500)],
    ['a read', READ, refusal(502)],
    ['a read', READ, refusal(503)],
    ['a read', READ, refusal(504)],
    ['a read', READ, SILENCE],
    ['a create', { ...READ, method: 'POST' as const }, refusal(429)],
    ['a patch', { ...READ, method: 'PATCH' as const }, refusal(429)],
    ['an eviction', { ...READ, method: 'POST' as const }, refusal(429, { cause: 'Other' })],
    ['a repeatable write', { ...READ, method: 'PATCH' as const, repeatable: true }, refusal(500)],
    ['a repeatable write', { ...READ, method: 'PUT' as const, repeatable: true }, SILENCE],
    [
      'a write that is repeatable soon',
      { ...READ, method: 'POST' as const, repeatable: 'soon' as const },
      refusal(500),
    ],
  ])('that is %s is asked five times at most: %# %s', async (_what, call, error) => {
    const four = failing(error, 4);
    expect(await withRetries(four.send, { backoff: QUICK })(call)).toBe('answer');
    expect(four.asked).toHaveLength(5);

    const five = failing(error, 5);
    await expect(withRetries(five.send, { backoff: QUICK })(call)).rejects.toBe(error);
    expect(five.asked).toHaveLength(5);
  });

  it.each([
    ['a write that may have been done', { ...READ, method: 'PATCH' as const }, refusal(500)],
    [
      'a write that is repeatable soon, without an answer',
      { ...READ, method: 'POST' as const, repeatable: 'soon' as const },
      SILENCE,
    ],
    [
      'a write that is repeatable soon, after a gateway has waited',
      { ...READ, method: 'POST' as const, repeatable: 'soon' as const },
      refusal(504),
    ],
    ['a write without an answer', { ...READ, method: 'POST' as const }, SILENCE],
    [
      'an eviction that a budget forbids',
      { ...READ, method: 'POST' as const },
      refusal(429, { cause: 'DisruptionBudget' }),
    ],
    ['a read of what is forbidden', READ, refusal(403)],
    ['a read of what is not there', READ, refusal(404)],
    ['a read of a version that is too old', READ, refusal(410)],
    [
      'a repeatable write that is refused',
      { ...READ, method: 'PATCH' as const, repeatable: true },
      refusal(409),
    ],
    [
      'a repeatable write on which a webhook does not answer',
      { ...READ, method: 'POST' as const, repeatable: true },
      refusal(500, { message: 'Internal error occurred: failed calling webhook "injector"' }),
    ],
    ['a question to a pod', { ...READ, once: true as const }, refusal(503)],
    ['a read that broke here', READ, new TypeError('ours')],
  ])('that is %s is asked once', async (_what, call, error) => {
    const { send, asked } = failing(error, 1);

    await expect(withRetries(send, { backoff: QUICK })(call)).rejects.toBe(error);
    expect(asked).toHaveLength(1);
  });
});

describe('the time until a request is asked again', () => {
  it('is as long as the server asks', async () => {
    const { send, asked } = failing(refusal(429, { retryAfterSeconds: 0.3 }), 1);

    await withRetries(send, { backoff: QUICK })(READ);

    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(299);
  });

  it('is left to the caller when it is longer than a caller has', async () => {
    const error = refusal(429, { retryAfterSeconds: 31 });
    const { send, asked } = failing(error, 1);

    await expect(withRetries(send)(READ)).rejects.toBe(error);
    expect(asked).toHaveLength(1);
  });

  it.each(['client', 'call'])('ends with the signal of the %s', async (whose) => {
    const { signal, abort } = endable();
    const { send, asked } = failing(refusal(429, { retryAfterSeconds: 20 }), 1);
    const options = whose === 'client' ? { signal } : {};
    const call = whose === 'call' ? { ...READ, signal } : READ;

    const answer = withRetries(send, options)(call);
    setTimeout(abort, 20);

    await expect(answer).rejects.toThrow('the caller has gone');
    expect(asked).toHaveLength(1);
  });
});

function endable(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: () => controller.abort(new Error('the caller has gone')),
  };
}

describe('the pause after a failure', () => {
  const pauses = (failures: number, error?: Error): number[] =>
    Array.from({ length: 500 }, () => pauseAfter(failures, error)).toSorted((a, b) => a - b);

  it.each([
    [1, 100, 200],
    [2, 200, 400],
    [4, 800, 1600],
    [6, 2500, 5000],
    [60, 2500, 5000],
  ])('number %i is spread between %i and %i ms', (failures, least, most) => {
    const all = pauses(failures);

    expect(all[0]).toBeGreaterThanOrEqual(least);
    expect(all.at(-1)).toBeLessThanOrEqual(most);
    expect((all.at(-1) ?? 0) - (all[0] ?? 0)).toBeGreaterThan((most - least) * 0.8);
  });

  it('is never shorter than the server asks', () => {
    expect(pauses(1, refusal(429, { retryAfterSeconds: 7 }))[0]).toBeGreaterThanOrEqual(7100);
  });
});
