import { HttpMethod, RequestContext, type KubeConfig } from '@kubernetes/client-node';
import { fetch, type Dispatcher, type RequestInit, type Response } from 'undici';
import { readAnswer, refusalOf } from './kubernetes-answer.ts';
import { KubernetesError, KubernetesUnreachable } from './kubernetes-error.ts';

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
  /** Ends this request alone. */
  readonly signal?: AbortSignal;
  /** Never asked again by itself: what answers is not the API server but something behind it. */
  readonly once?: true;
  /**
   * A write that may be sent again when nobody knows whether it was done: a second time it changes
   * nothing more, or is refused (404, 409) because its precondition holds no longer. `soon`: only within
   * seconds of the first time, which is where the server answered with trouble instead of not at all.
   */
  readonly repeatable?: boolean | 'soon';
  /** Called with the beginning of the answer's text as soon as it is there, before all of it is. */
  readonly onHead?: (head: string) => void;
  /** Called with the answer's header `date`, also where the answer is no. */
  readonly onDate?: (date: string | null) => void;
}

/** Sends a request and returns the answer's JSON. Throws `KubernetesError` or `KubernetesUnreachable`. */
export type Send = (call: Call) => Promise<unknown>;

/**
 * Sends a request and returns the answer's bytes as they come, for as long as they come: there is no
 * deadline but the call's signal. Throws as `Send` does, also while bytes are read.
 */
export type Open = (call: Call) => Promise<AsyncIterable<Uint8Array>>;

export interface Transport {
  readonly send: Send;
  readonly open: Open;
}

export interface TransportOptions {
  /** Ends every request. */
  readonly signal?: AbortSignal | undefined;
  /** How long a request may take that is no stream. */
  readonly timeoutMs?: number;
}

export function connect(
  config: KubeConfig,
  server: string,
  { signal, timeoutMs = REQUEST_TIMEOUT_MS }: TransportOptions = {},
): Transport {
  const line = createLine(config, server);
  return {
    send: async (call) => {
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        const { headers, dispatcher } = await line.open();
        const ends = [signal, call.signal, deadline];
        const response = await fetch(
          urlOf(call, server),
          requestOf(call, { headers, dispatcher, ends }),
        );
        call.onDate?.(response.headers.get('date'));
        return await readAnswer(nameOf(call), response, call.onHead);
      } catch (error) {
        if (deadline.aborted) line.hangUp();
        throw explain(error, { call, signal });
      }
    },
    open: async (call) => {
      try {
        const { headers, dispatcher } = await line.open();
        const own = dispatcher?.compose(onConnectionOfItsOwn);
        const request = requestOf(call, {
          headers,
          dispatcher: own,
          ends: [signal, call.signal],
        });
        const response = await fetch(urlOf(call, server), request);
        if (!response.ok) throw await refusalOf(nameOf(call), response);
        return bytesOf(response, (error) => explain(error, { call, signal }));
      } catch (error) {
        throw explain(error, { call, signal });
      }
    },
  };
}

interface Line {
  /** Credentials and connections as they are to be used now; no dispatcher stands for plain HTTP. */
  open(): Promise<{
    readonly headers: Readonly<Record<string, string>>;
    readonly dispatcher: Dispatcher | undefined;
  }>;
  /**
   * Further requests take a new connection. Over HTTP/2 all share one, and one that has died without
   * a word would be used until the kernel gives it up, which takes a quarter of an hour.
   */
  hangUp(): void;
}

/** One connection pool for as long as it works: client-node makes a new one for each request. */
function createLine(config: KubeConfig, server: string): Line {
  let dispatcher: Dispatcher | undefined;
  let headers: Record<string, string> = {};
  let readAt = -Infinity;
  return {
    open: async () => {
      if (performance.now() - readAt >= CREDENTIALS_TTL_MS) {
        const context = new RequestContext(server, HttpMethod.GET);
        await config.applySecurityAuthentication(context);
        dispatcher ??= context.getDispatcher();
        headers = { ...context.getHeaders() };
        readAt = performance.now();
      }
      return { headers, dispatcher };
    },
    hangUp: () => {
      // Requests that are under way on it end by themselves, each at its own deadline.
      dispatcher?.close(() => undefined);
      dispatcher = undefined;
      readAt = -Infinity;
    },
  };
}

// Not in the types of undici 8.12, but read by its Agent and ProxyAgent for each request.
const HTTP1 = { allowH2: false };

/** Over HTTP/1.1 to give a stream up is to close its connection, so a dead one is not used again. */
const onConnectionOfItsOwn: Dispatcher.DispatcherComposeInterceptor =
  (dispatch) => (options, handler) =>
    dispatch({ ...options, ...HTTP1 }, handler);

function requestOf(
  call: Call,
  {
    headers,
    dispatcher,
    ends,
  }: {
    readonly headers: Readonly<Record<string, string>>;
    readonly dispatcher: Dispatcher | undefined;
    readonly ends: readonly (AbortSignal | undefined)[];
  },
): RequestInit {
  const { method, body, contentType = 'application/json', accept = 'application/json' } = call;
  return {
    method,
    headers: {
      ...headers,
      accept,
      ...(body === undefined ? {} : { 'content-type': contentType }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(dispatcher === undefined ? {} : { dispatcher }),
    signal: AbortSignal.any(ends.filter((each) => each !== undefined)),
  };
}

async function* bytesOf(
  { body }: Response,
  explained: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    if (body !== null) yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw explained(error);
  }
}

function urlOf({ path, query = {} }: Call, server: string): URL {
  const url = new URL(path, server);
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(key, value);
  }
  return url;
}

function nameOf({ method, path }: Call): string {
  return `${method} ${path.replace(/\?.*/, '')}`;
}

/** The reason of whoever ended the request, what the server said, or that it said nothing. */
function explain(
  error: unknown,
  { call, signal }: { readonly call: Call; readonly signal: AbortSignal | undefined },
): unknown {
  if (error instanceof KubernetesError) return error;
  for (const each of [signal, call.signal]) if (each?.aborted === true) return each.reason;
  return new KubernetesUnreachable(nameOf(call), error);
}
