import type { KubernetesObject } from '../domain/kubernetes-object.ts';
import { KubernetesError } from './kubernetes-error.ts';
import type { Send } from './kubernetes-transport.ts';
import { collectionPath, type ResourceKind } from './resource-kinds.ts';

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

/** Pages share one snapshot; when its token has expired (410) the list begins again, once. */
export async function listAll(
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
