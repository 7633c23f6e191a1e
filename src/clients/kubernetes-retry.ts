import { BACKOFF, pause, pauseAfter, type Backoff } from './backoff.ts';
import { KubernetesError, KubernetesUnreachable } from './kubernetes-error.ts';
import type { Call, Send } from './kubernetes-transport.ts';

const MOST_TRIES = 5;
/** No try begins later than this after the first one: the caller has a deadline of its own. */
const LATEST_TRY_MS = 30_000;
/** What an API server says that is starting, stopping, or waiting for its store. */
const PASSING_TROUBLE: ReadonlySet<number> = new Set([500, 502, 503, 504]);
/** The API server's word for a pod that may not leave now, which is a 429 as well. */
const BUDGET_CAUSE = 'DisruptionBudget';

/**
 * Asks again where that is safe and likely to help. A 429 was not carried out, whatever it was; after
 * other trouble a write may have been done: it is sent again only where that does no harm.
 */
export function withRetries(
  send: Send,
  {
    signal,
    backoff = BACKOFF,
  }: { readonly signal?: AbortSignal | undefined; readonly backoff?: Backoff } = {},
): Send {
  return async (call) => {
    const begun = performance.now();
    for (let tries = 1; ; tries += 1) {
      try {
        return await send(call);
      } catch (error) {
        if (tries >= MOST_TRIES || !mayHelp(call, error)) throw error;
        const pauseMs = pauseAfter(tries, error, backoff);
        if (performance.now() - begun + pauseMs > LATEST_TRY_MS) throw error;
        await pause(pauseMs, anySignal([signal, call.signal]));
      }
    }
  };
}

function anySignal(signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((each) => each !== undefined));
}

/** Whether the same request may be answered otherwise in a moment, without anybody doing anything. */
export function isPassing(error: unknown): boolean {
  if (error instanceof KubernetesUnreachable) return true;
  return (
    error instanceof KubernetesError && (error.code === 429 || PASSING_TROUBLE.has(error.code))
  );
}

/** The API server's words for an admission webhook that did not answer: a 500 that is none of its own. */
export function isOfWebhook(error: unknown): boolean {
  return error instanceof KubernetesError && error.message.includes('failed calling webhook');
}

function mayHelp({ method, once, repeatable = false }: Call, error: unknown): boolean {
  if (once === true || !isPassing(error)) return false;
  if (error instanceof KubernetesError && error.code === 429) return !isBudget(error);
  if (method === 'GET') return true;
  const isTimely = repeatable === 'soon' ? isAnswerAtOnce(error) : repeatable;
  return isTimely && !isOfWebhook(error);
}

/** A 504 has been waited for, like no answer at all. */
function isAnswerAtOnce(error: unknown): boolean {
  return error instanceof KubernetesError && error.code !== 504;
}

/** A pod's budget is no overload: it may take hours, and the caller has other pods. */
function isBudget({ causes }: KubernetesError): boolean {
  return causes.some(({ reason }) => reason === BUDGET_CAUSE);
}
