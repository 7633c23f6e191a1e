import { HttpMethod, RequestContext, type KubeConfig } from '@kubernetes/client-node';
import { fetch, type Dispatcher, type Response } from 'undici';
import { KubernetesError, KubernetesUnreachable, type StatusCause } from './kubernetes-error.ts';

const REQUEST_TIMEOUT_MS = 30_000;
/** Credentials of exec plug-ins and token files expire: they are read again after this long. */
const CREDENTIALS_TTL_MS = 30_000;

/** One request to an API server. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Record<string, string | undefined>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

/** Sends a request and returns the answer's JSON. Throws `KubernetesError` or `KubernetesUnreachable`. */
export type Send = (call: Call) => Promise<unknown>;

/** One connection pool for the client's life: client-node makes a new one for each request. */
export function connect(config: KubeConfig, server: string, signal: AbortSignal | undefined): Send {
  let dispatcher: Dispatcher | undefined;
  let headers: Record<string, string> = {};
  let readAt = -Infinity;

  async function authenticate(): Promise<void> {
    if (performance.now() - readAt < CREDENTIALS_TTL_MS) return;
    const context = new RequestContext(server, HttpMethod.GET);
    await config.applySecurityAuthentication(context);
    dispatcher ??= context.getDispatcher();
    headers = { ...context.getHeaders() };
    readAt = performance.now();
  }

  return async (call) => {
    const url = new URL(call.path, server);
    for (const [key, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, value);
    }
    const request = `${call.method} ${url.pathname}`;
    const deadline = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    try {
      await authenticate();
      const response = await fetch(url, {
        method: call.method,
        headers: {
          ...headers,
          accept: call.accept ?? 'application/json',
          ...(call.body === undefined
            ? {}
            : { 'content-type': call.contentType ?? 'application/json' }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        ...(dispatcher === undefined ? {} : { dispatcher }),
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      });
      return await readAnswer(request, response);
    } catch (error) {
      if (error instanceof KubernetesError) throw error;
      signal?.throwIfAborted();
      throw new KubernetesUnreachable(request, error);
    }
  };
}

async function readAnswer(request: string, response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  const status = parseStatus(text);
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  throw new KubernetesError({
    request,
    code: response.status,
    reason: status.reason ?? '',
    message: status.message ?? text.slice(0, 300),
    causes: status.details?.causes ?? [],
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  });
}

interface StatusBody {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly StatusCause[] };
}

function parseStatus(text: string): StatusBody {
  try {
    return JSON.parse(text) as StatusBody;
  } catch {
    // A proxy's HTML page, say: the caller still gets the code and the beginning of the text.
    return {};
  }
}
