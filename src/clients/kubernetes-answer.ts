import type { Response } from 'undici';
import { KubernetesError, type StatusCause } from './kubernetes-error.ts';

/** What an API server says when it says no; a part of its kind `Status`. */
export interface StatusBody {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly causes?: readonly StatusCause[];
    readonly retryAfterSeconds?: number;
  };
}

/** The JSON of an answer; throws `KubernetesError` where the answer is no. */
export async function readAnswer(
  request: string,
  response: Response,
  onHead?: (head: string) => void,
): Promise<unknown> {
  if (!response.ok) throw await refusalOf(request, response);
  return JSON.parse(await (onHead === undefined ? response.text() : readText(response, onHead)));
}

/** The first chunk may be as short as its sender likes: enough for the metadata of any list. */
const HEAD_CHARACTERS = 4096;

async function readText({ body }: Response, onHead: (head: string) => void): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let isTold = false;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (isTold || text.length < HEAD_CHARACTERS) continue;
    isTold = true;
    onHead(text.slice(0, HEAD_CHARACTERS));
  }
  return text + decoder.decode();
}

/** The error that an answer is which says no. */
export async function refusalOf(request: string, response: Response): Promise<KubernetesError> {
  const text = await response.text();
  const status = parseStatus(text);
  return refusal(request, {
    ...status,
    code: response.status,
    message: status.message ?? text.slice(0, 300),
    retryAfterSeconds: secondsOf(response.headers.get('retry-after')),
  });
}

/** The error that a `Status` stands for. */
export function refusal(
  request: string,
  status: StatusBody & { readonly retryAfterSeconds?: number | undefined },
): KubernetesError {
  return new KubernetesError({
    request,
    code: status.code ?? 0,
    reason: status.reason ?? '',
    message: status.message ?? '',
    causes: status.details?.causes ?? [],
    retryAfterSeconds: status.retryAfterSeconds ?? status.details?.retryAfterSeconds,
  });
}

/** Retry-After is a number of seconds or, from some load balancers, a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const value = Number.isFinite(seconds) ? seconds : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(value) ? Math.max(0, value) : undefined;
}

function parseStatus(text: string): StatusBody {
  try {
    return JSON.parse(text) as StatusBody;
  } catch {
    // A proxy's HTML page, say: the caller still gets the code and the beginning of the text.
    return {};
  }
}
