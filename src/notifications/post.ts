import { Agent, request } from 'undici';
import { errorCode } from '../artefacts/error-code.ts';
import { NotifyError, type NotifyProblem } from './notify-error.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** However long a receiver wants to be left alone: the message is to come while it is news. */
const MOST_RETRY_AFTER_SECONDS = 300;

export interface Post {
  readonly notifier: string;
  readonly url: string;
  readonly tls: 'required' | 'off';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Posts a body; any answer of 2xx means that it was taken. No redirect is followed, no proxy used, and
 * nothing of the answer but its status and `Retry-After` is read. Throws `NotifyError`.
 */
export async function post({ notifier, ...asked }: Post, signal: AbortSignal): Promise<void> {
  const url = addressOf(notifier, asked);
  const agent = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS }, pipelining: 0 });
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'user-agent': 'meshlift', ...asked.headers },
      body: asked.body,
      dispatcher: agent,
      signal,
    });
    answer.body.on('error', () => undefined).destroy();
    const { statusCode, headers } = answer;
    if (statusCode < 200 || statusCode >= 300) {
      throw new NotifyError(notifier, refusal(statusCode, headers['retry-after']));
    }
  } catch (error) {
    throw error instanceof NotifyError ? error : new NotifyError(notifier, unreachable(error));
  } finally {
    await agent.destroy();
  }
}

/** Held to its rules here as well: one that is referred to was never seen by the configuration. */
function addressOf(notifier: string, { url, tls }: Pick<Post, 'url' | 'tls'>): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && tls === 'off')) {
    return parsed;
  }
  throw new NotifyError(notifier, {
    expected: 'an address that begins with https://',
    found: parsed === undefined ? 'no address' : `one that begins with ${parsed.protocol}//`,
    remedy: 'Correct its url; plain http needs tls: off in meshlift.yaml',
    transient: true,
  });
}

const TRANSIENT_STATUS = [408, 425, 429];

function refusal(status: number, retryAfter: string | string[] | undefined): NotifyProblem {
  const transient = status >= 500 || TRANSIENT_STATUS.includes(status);
  const seconds = transient ? secondsOf(retryAfter) : undefined;
  return {
    expected: 'an answer of 2xx',
    found: String(status),
    remedy: transient
      ? 'It is tried again'
      : 'Check its url, and what its receiver says of this message',
    transient,
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  };
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function secondsOf(retryAfter: string | string[] | undefined): number | undefined {
  if (typeof retryAfter !== 'string') return undefined;
  const seconds = /^\d{1,9}$/.test(retryAfter)
    ? Number(retryAfter)
    : Math.ceil((Date.parse(retryAfter) - Date.now()) / 1000);
  return seconds > 0 ? Math.min(seconds, MOST_RETRY_AFTER_SECONDS) : undefined;
}

function unreachable(error: unknown): NotifyProblem {
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  return {
    expected: 'an answer in time',
    found: isLate ? 'none' : (errorCode(error) ?? 'none'),
    remedy: 'Check that the worker reaches it; it is tried again',
    transient: true,
  };
}
