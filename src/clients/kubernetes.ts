import { HttpMethod, KubeConfig, RequestContext } from '@kubernetes/client-node';
import { fetch, type Dispatcher, type Response } from 'undici';
import type { KubernetesObject, ObjectRef } from '../domain/kubernetes-object.ts';
import { KubernetesError, KubernetesUnreachable, type StatusCause } from './kubernetes-error.ts';
import { collectionPath, objectPath, resourceKindOf, type ResourceKind } from './resource-kinds.ts';

export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Only `metadata` of each object: a fraction of the bytes. */
  readonly metadataOnly?: boolean;
}

export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/**
 * One cluster's API as raw JSON: typed models would drop fields that they do not know.
 * Throws `KubernetesError` when the server says no and `KubernetesUnreachable` when it says nothing.
 */
export interface KubernetesClient {
  /** The object, or `undefined` when it is not there. */
  get(ref: ObjectRef): Promise<KubernetesObject | undefined>;
  /** Every object of a kind, read in pages of 500. Items carry their kind and apiVersion. */
  list(kind: ResourceKind, options?: ListOptions): Promise<KubernetesObject[]>;
  create(object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject>;
  /** Replaces the whole object; its `metadata.resourceVersion` is the precondition. */
  replace(object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject>;
  /** Server-side apply; without `force` somebody else's field is a 409. */
  apply(
    object: KubernetesObject,
    options: WriteOptions & { readonly fieldManager: string; readonly force?: boolean },
  ): Promise<KubernetesObject>;
  jsonPatch(
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    options?: WriteOptions,
  ): Promise<KubernetesObject>;
  mergePatch(ref: ObjectRef, patch: unknown, options?: WriteOptions): Promise<KubernetesObject>;
  /** Deletes; resolves to `false` when it was gone already. */
  delete(ref: ObjectRef, preconditions?: Preconditions): Promise<boolean>;
  /** Evicts a pod, honouring its budgets; `false` when it was gone already. */
  evict(pod: ObjectRef, preconditions?: Preconditions): Promise<boolean>;
  /** The server's version, such as `v1.33.1`. */
  serverVersion(): Promise<string>;
}

const PAGE_SIZE = 500;
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const REQUEST_TIMEOUT_MS = 30_000;
/** Credentials of exec plug-ins and token files expire: they are read again after this long. */
const CREDENTIALS_TTL_MS = 30_000;

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Record<string, string | undefined>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

/** A client for the current context of a kubeconfig file, or for a named one. */
export function createKubernetesClient(options: {
  readonly kubeconfig: string;
  readonly context?: string;
  /** Ends every request of this client. */
  readonly signal?: AbortSignal;
}): KubernetesClient {
  const config = new KubeConfig();
  config.loadFromFile(options.kubeconfig);
  if (options.context !== undefined) config.setCurrentContext(options.context);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new Error(
      `${options.kubeconfig}: expected a current context with a cluster, found ${JSON.stringify(config.currentContext)}`,
    );
  }
  return clientFor(connect(config, server, options.signal));
}

type Send = (call: Call) => Promise<unknown>;

/** One connection pool for the client's life: client-node makes a new one for each request. */
function connect(config: KubeConfig, server: string, signal: AbortSignal | undefined): Send {
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

function writeQuery(
  options: (WriteOptions & { force?: boolean }) | undefined,
): Record<string, string | undefined> {
  return {
    fieldManager: options?.fieldManager,
    dryRun: options?.dryRun === true ? 'All' : undefined,
    force: options?.force === undefined ? undefined : String(options.force),
  };
}

function clientFor(send: Send): KubernetesClient {
  const object = async (call: Call): Promise<KubernetesObject> =>
    (await send(call)) as KubernetesObject;
  const orGone = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof KubernetesError && error.code === 404) return undefined;
      throw error;
    }
  };
  const patch = (
    ref: ObjectRef,
    body: unknown,
    contentType: string,
    options?: WriteOptions & { force?: boolean },
  ): Promise<KubernetesObject> =>
    object({
      method: 'PATCH',
      path: objectPath(ref),
      query: writeQuery(options),
      body,
      contentType,
    });

  return {
    get: (ref) => orGone(object({ method: 'GET', path: objectPath(ref) })),
    list: (kind, options) => listAll(send, kind, options ?? {}),
    create: (body, options) =>
      object({
        method: 'POST',
        path: collectionPath(resourceKindOf(body), body.metadata.namespace),
        query: writeQuery(options),
        body,
      }),
    replace: (body, options) =>
      object({ method: 'PUT', path: objectPath(toRef(body)), query: writeQuery(options), body }),
    apply: (body, options) =>
      patch(toRef(body), body, 'application/apply-patch+yaml', { force: false, ...options }),
    jsonPatch: (ref, operations, options) =>
      patch(ref, operations, 'application/json-patch+json', options),
    mergePatch: (ref, body, options) => patch(ref, body, 'application/merge-patch+json', options),
    delete: async (ref, preconditions) =>
      (await orGone(
        send({
          method: 'DELETE',
          path: objectPath(ref),
          body: {
            apiVersion: 'v1',
            kind: 'DeleteOptions',
            propagationPolicy: 'Background',
            ...(preconditions === undefined ? {} : { preconditions }),
          },
        }),
      )) !== undefined,
    evict: async (pod, preconditions) =>
      (await orGone(
        send({
          method: 'POST',
          path: `${objectPath(pod)}/eviction`,
          body: {
            apiVersion: 'policy/v1',
            kind: 'Eviction',
            metadata: { name: pod.name, namespace: pod.namespace },
            ...(preconditions === undefined
              ? {}
              : { deleteOptions: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions } }),
          },
        }),
      )) !== undefined,
    serverVersion: async () =>
      ((await send({ method: 'GET', path: '/version' })) as { gitVersion: string }).gitVersion,
  };
}

function toRef(object: KubernetesObject): ObjectRef {
  const { apiVersion, kind, metadata } = object;
  return {
    apiVersion,
    kind,
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  };
}

interface Page {
  readonly items?: readonly Omit<KubernetesObject, 'apiVersion' | 'kind'>[];
  readonly metadata: { readonly continue?: string };
}

/** Pages share one snapshot; when its token has expired (410) the list begins again, once. */
async function listAll(
  send: Send,
  kind: ResourceKind,
  options: ListOptions,
): Promise<KubernetesObject[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listPages(send, kind, options);
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.code !== 410 || attempt > 1) throw error;
    }
  }
}

async function listPages(
  send: Send,
  kind: ResourceKind,
  options: ListOptions,
): Promise<KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  let token: string | undefined;
  do {
    const page = (await send({
      method: 'GET',
      path: collectionPath(kind, options.namespace),
      ...(options.metadataOnly === true ? { accept: METADATA_LIST } : {}),
      query: {
        limit: String(PAGE_SIZE),
        continue: token,
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
      },
    })) as Page;
    for (const item of page.items ?? []) {
      found.push({ ...item, apiVersion: kind.apiVersion, kind: kind.kind } as KubernetesObject);
    }
    token = page.metadata.continue === '' ? undefined : page.metadata.continue;
  } while (token !== undefined);
  return found;
}
