import type { KubernetesObject } from '../domain/kubernetes-object.ts';
import { KubernetesError } from './kubernetes-error.ts';
import type { Send } from './kubernetes-transport.ts';
import { collectionPath, type ResourceKind } from './resource-kinds.ts';

/** Two pages are in memory as a whole; of pods each has some 4 MB. With fewer the API server has more work. */
const PAGE_SIZE = 250;
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

/** The next page is asked for while the one before it is still being read: never more than the two. */
async function readPages<T>(
  send: Send,
  kind: ResourceKind,
  { options, pick, signal }: ListRequest<T>,
): Promise<Listing<T>> {
  const found: T[] = [];
  const end = new AbortController();
  const ends = AbortSignal.any(signal === undefined ? [end.signal] : [end.signal, signal]);
  const ask = (token?: string): AskedPage => askForPage(send, kind, { options, token, ends });
  try {
    for (let current = ask(); ;) {
      const token = await current.next;
      const following = token === undefined ? undefined : ask(token);
      const page = await current.page;
      for (const item of page.items ?? []) {
        const kept = pick(ofKind(item, kind));
        if (kept !== undefined) found.push(kept);
      }
      if (following === undefined) {
        return { items: found, resourceVersion: page.metadata.resourceVersion ?? '' };
      }
      current = following;
    }
  } finally {
    end.abort();
  }
}

interface AskedPage {
  readonly page: Promise<Page>;
  /** The token of the page after it, known before the page is; `undefined` where it is the last. */
  readonly next: Promise<string | undefined>;
}

function askForPage(
  send: Send,
  kind: ResourceKind,
  {
    options,
    token,
    ends,
  }: {
    readonly options: ListOptions;
    readonly token: string | undefined;
    readonly ends: AbortSignal;
  },
): AskedPage {
  const early = Promise.withResolvers<string>();
  const page = send({
    method: 'GET',
    path: collectionPath(kind, options.namespace),
    ...(options.metadataOnly === true ? { accept: METADATA_LIST } : {}),
    signal: ends,
    query: {
      limit: String(PAGE_SIZE),
      continue: token,
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
    },
    onHead: (head) => {
      const next = tokenIn(head);
      if (next !== undefined) early.resolve(next);
    },
  }) as Promise<Page>;
  const late = page.then(({ metadata }) => metadata.continue || undefined);
  const next = Promise.race([early.promise, late]);
  // Who reads the pages learns of a failure in this page's turn, if it comes to that.
  page.catch(() => undefined);
  next.catch(() => undefined);
  return { page, next };
}

/** API servers write a list's metadata before its items. Where one does not, its token comes with the page. */
const LIST_METADATA = /^\{(?:"(?:kind|apiVersion)":"[^"]*",)*"metadata":(\{[^{}]*\})/;

function tokenIn(head: string): string | undefined {
  const metadata = LIST_METADATA.exec(head)?.[1];
  return metadata === undefined
    ? undefined
    : (JSON.parse(metadata) as Page['metadata']).continue || undefined;
}

/** Lists leave the kind of their items out, and metadata alone comes as a kind of its own. */
export function ofKind(
  object: Omit<KubernetesObject, 'apiVersion' | 'kind'>,
  { apiVersion, kind }: ResourceKind,
): KubernetesObject {
  return { ...object, apiVersion, kind } as KubernetesObject;
}
