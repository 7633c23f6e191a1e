import type { KubernetesObject } from '../domain/kubernetes-object.ts';
import { KubernetesError } from './kubernetes-error.ts';
import type { Send } from './kubernetes-transport.ts';
import { collectionPath, type ResourceKind } from './resource-kinds.ts';

/** A page is in memory as a whole; of pods it has some 7 MB. Smaller ones cost the API server more. */
const PAGE_SIZE = 500;
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Only `metadata` of each object: a fraction of the bytes. */
  readonly metadataOnly?: boolean;
}

interface Page {
  readonly items?: readonly Omit<KubernetesObject, 'apiVersion' | 'kind'>[];
  readonly metadata: { readonly continue?: string; readonly resourceVersion?: string };
}

/** What to keep of one object; `undefined` keeps nothing. The rest of it goes with its page. */
export type PickObject<T> = (object: KubernetesObject) => T | undefined;

export interface Listing<T> {
  readonly items: T[];
  /** Of the snapshot that was read: a watch from here misses nothing. */
  readonly resourceVersion: string;
}

interface ListRequest<T> {
  readonly options: ListOptions;
  readonly pick: PickObject<T>;
  /** Ends the list. */
  readonly signal?: AbortSignal;
}

/** Every object of a kind, mapped page by page, so that only what is kept stays in memory. */
export async function collectAll<T>(
  send: Send,
  kind: ResourceKind,
  request: ListRequest<T>,
): Promise<T[]> {
  return (await readList(send, kind, request)).items;
}

/** The same with its version. Pages share one snapshot; when its token has expired (410) the list begins again, once. */
export async function readList<T>(
  send: Send,
  kind: ResourceKind,
  request: ListRequest<T>,
): Promise<Listing<T>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readPages(send, kind, request);
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.code !== 410 || attempt > 1) throw error;
    }
  }
}

async function readPages<T>(
  send: Send,
  kind: ResourceKind,
  { options, pick, signal }: ListRequest<T>,
): Promise<Listing<T>> {
  const found: T[] = [];
  let token: string | undefined;
  for (;;) {
    const page = (await send({
      method: 'GET',
      path: collectionPath(kind, options.namespace),
      ...(options.metadataOnly === true ? { accept: METADATA_LIST } : {}),
      ...(signal === undefined ? {} : { signal }),
      query: {
        limit: String(PAGE_SIZE),
        continue: token,
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
      },
    })) as Page;
    for (const item of page.items ?? []) {
      const kept = pick(ofKind(item, kind));
      if (kept !== undefined) found.push(kept);
    }
    const { continue: next = '', resourceVersion = '' } = page.metadata;
    if (next === '') return { items: found, resourceVersion };
    token = next;
  }
}

/** Lists leave the kind of their items out, and metadata alone comes as a kind of its own. */
export function ofKind(
  object: Omit<KubernetesObject, 'apiVersion' | 'kind'>,
  { apiVersion, kind }: ResourceKind,
): KubernetesObject {
  return { ...object, apiVersion, kind } as KubernetesObject;
}
