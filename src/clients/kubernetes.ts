import { KubeConfig } from '@kubernetes/client-node';
import type { KubernetesObject, ObjectRef } from '../domain/kubernetes-object.ts';
import { KubernetesError } from './kubernetes-error.ts';
import { followKind, type FollowOptions, type Mirror } from './kubernetes-follow.ts';
import { collectAll, type ListOptions, type PickObject } from './kubernetes-list.ts';
import { withRetries } from './kubernetes-retry.ts';
import { connect, type Call, type Send, type Transport } from './kubernetes-transport.ts';
import { getThroughPortForward, type PodPort } from './port-forward.ts';
import { collectionPath, objectPath, resourceKindOf, type ResourceKind } from './resource-kinds.ts';

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
}

export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** An object as of a moment. */
export interface DatedAnswer {
  /** Absent when it is not there. */
  readonly object?: KubernetesObject;
  /** ms since 1970, to the second; absent where the server told no time. */
  readonly at?: number;
}

/**
 * One cluster's API as raw JSON: typed models would drop fields that they do not know.
 * Throws `KubernetesError` when the server says no and `KubernetesUnreachable` when it says nothing.
 */
export interface KubernetesClient {
  /** The object, or `undefined` when it is not there. */
  get(ref: ObjectRef): Promise<KubernetesObject | undefined>;
  /** The same, with the time by the server's own clock as it answered. */
  getDated(ref: ObjectRef): Promise<DatedAnswer>;
  /** Every object of a kind, read in pages. Items carry their kind and apiVersion. */
  list(kind: ResourceKind, options?: ListOptions): Promise<KubernetesObject[]>;
  /** As `list`, but keeps only what `pick` makes of each object: memory does not grow with their size. */
  collect<T>(kind: ResourceKind, options: ListOptions, pick: PickObject<T>): Promise<T[]>;
  /** Every object of a kind, kept up to date by one list and one watch until `close`. Resolves when the first list is complete. */
  follow<T>(kind: ResourceKind, options: FollowOptions, pick: PickObject<T>): Promise<Mirror<T>>;
  create(object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject>;
  /** Replaces the whole object; its `metadata.resourceVersion` is the precondition. */
  replace(object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject>;
  /** Server-side apply; without `force` somebody else's field is a 409. */
  apply(
    object: KubernetesObject,
    options: WriteOptions & { readonly fieldManager: string; readonly force?: boolean },
  ): Promise<KubernetesObject>;
  mergePatch(ref: ObjectRef, patch: unknown, options?: WriteOptions): Promise<KubernetesObject>;
  /** Deletes; resolves to `false` when it was gone already. */
  delete(ref: ObjectRef, preconditions?: Preconditions): Promise<boolean>;
  /** Evicts a pod, honouring its budgets; `false` when it was gone already. */
  evict(pod: ObjectRef, preconditions?: Preconditions): Promise<boolean>;
  /** The JSON that a pod answers at one of its ports, by way of the API server. */
  getFromPod(pod: PodPort, path: string): Promise<unknown>;
  /** The same through a forwarded port: for the pod the request comes from its own localhost. */
  getInsidePod(pod: PodPort, path: string): Promise<unknown>;
  /** The server's version, such as `v1.33.1`. */
  serverVersion(): Promise<string>;
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
  const { signal } = options;
  const { send, open } = connect(config, server, { signal });
  return {
    ...clientFor({ send: withRetries(send, { signal }), open }),
    getInsidePod: (pod, path) => getThroughPortForward(config, { pod, path }, signal),
  };
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

type Reading = 'get' | 'getDated' | 'list' | 'collect' | 'follow' | 'getFromPod' | 'serverVersion';

function clientFor(transport: Transport): Omit<KubernetesClient, 'getInsidePod'> {
  return { ...readerFor(transport), ...writerFor(transport.send) };
}

function readerFor(transport: Transport): Pick<KubernetesClient, Reading> {
  const { send } = transport;
  return {
    get: (ref) =>
      orGone(send({ method: 'GET', path: objectPath(ref) }) as Promise<KubernetesObject>),
    getDated: async (ref) => {
      let at = Number.NaN;
      const object = await orGone(
        send({
          method: 'GET',
          path: objectPath(ref),
          onDate: (date) => {
            at = date === null ? Number.NaN : Date.parse(date);
          },
        }) as Promise<KubernetesObject>,
      );
      return {
        ...(object === undefined ? {} : { object }),
        ...(Number.isNaN(at) ? {} : { at }),
      };
    },
    list: (kind, options) =>
      collectAll(send, kind, { options: options ?? {}, pick: (object) => object }),
    collect: (kind, options, pick) => collectAll(send, kind, { options, pick }),
    follow: (kind, options, pick) => followKind(transport, kind, { options, pick }),
    getFromPod: ({ namespace, name, port }, path) =>
      send({
        method: 'GET',
        // Its trouble is the pod's, and how the pod is is what was asked.
        once: true,
        path: `${objectPath({ apiVersion: 'v1', kind: 'Pod', namespace, name: `${name}:${port}` })}/proxy${path}`,
      }),
    serverVersion: async () =>
      ((await send({ method: 'GET', path: '/version' })) as { gitVersion: string }).gitVersion,
  };
}

function writerFor(send: Send): Omit<KubernetesClient, Reading | 'getInsidePod'> {
  const object = async (call: Call): Promise<KubernetesObject> =>
    (await send(call)) as KubernetesObject;
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
      repeatable: contentType === APPLY || isBound(body),
    });

  return {
    create: (body, options) =>
      object({
        method: 'POST',
        path: collectionPath(resourceKindOf(body), body.metadata.namespace),
        query: writeQuery(options),
        body,
        // One by name that was made after all is refused the second time: AlreadyExists.
        repeatable: options?.dryRun === true || body.metadata.name !== '',
      }),
    replace: (body, options) =>
      object({
        method: 'PUT',
        path: objectPath(toRef(body)),
        query: writeQuery(options),
        body,
        repeatable: true,
      }),
    apply: (body, options) => patch(toRef(body), body, APPLY, { force: false, ...options }),
    mergePatch: (ref, body, options) => patch(ref, body, 'application/merge-patch+json', options),
    delete: async (ref, preconditions) =>
      (await orGone(
        send({
          method: 'DELETE',
          path: objectPath(ref),
          body: { ...deleteOptions(preconditions), propagationPolicy: 'Background' },
          // Without a uid it might meet what was made anew under the same name.
          repeatable: preconditions?.uid !== undefined,
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
            ...(preconditions === undefined ? {} : { deleteOptions: deleteOptions(preconditions) }),
          },
          // A pod that is leaving may be asked again. Once another has its name and is ready, a second
          // question closes the budget for two minutes, so nobody asks after a time.
          ...(preconditions?.uid === undefined ? {} : { repeatable: 'soon' }),
        }),
      )) !== undefined,
  };
}

const APPLY = 'application/apply-patch+yaml';

/** Whether a patch names the very version of the object that it is meant for. */
function isBound(patch: unknown): boolean {
  const { metadata } = patch as { readonly metadata?: { readonly resourceVersion?: string } };
  return metadata?.resourceVersion !== undefined;
}

/** An answer, or `undefined` when there is no such object. */
async function orGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof KubernetesError && error.code === 404) return undefined;
    throw error;
  }
}

function deleteOptions(preconditions: Preconditions | undefined): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(preconditions === undefined ? {} : { preconditions }),
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
