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
  readonly metadata: { readonly continue?: string };
}

/** What to keep of one object; `undefined` keeps nothing. The rest of it goes with its page. */
export type PickObject<T> = (object: KubernetesObject) => T | undefined;

/**
 * Every object of a kind, mapped page by page, so that only what is kept stays in memory. Pages
 * share one snapshot; when its token has expired (410) the list begins again, once.
 */
export async function collectAll<T>(
  send: Send,
  kind: ResourceKind,
  { options, pick }: { readonly options: ListOptions; readonly pick: PickObject<T> },
): Promise<T[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await collectPages(send, kind, { options, pick });
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.code !== 410 || attempt > 1) throw error;
    }
  }
}

async function collectPages<T>(
  send: Send,
  kind: ResourceKind,
  { options, pick }: { readonly options: ListOptions; readonly pick: PickObject<T> },
): Promise<T[]> {
  const found: T[] = [];
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
      const object = { ...item, apiVersion: kind.apiVersion, kind: kind.kind } as KubernetesObject;
      const kept = pick(object);
      if (kept !== undefined) found.push(kept);
    }
    token = page.metadata.continue === '' ? undefined : page.metadata.continue;
  } while (token !== undefined);
  return found;
}
