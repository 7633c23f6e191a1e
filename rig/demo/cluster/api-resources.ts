import type { ApiClient } from '../../kubernetes/client.ts';

/** A kind of object that the API server can list. */
export interface ApiResource {
  readonly kind: string;
  /** Where its group and version live: `/api/v1`, `/apis/apps/v1`. */
  readonly root: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
}

interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

interface GroupList {
  readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
}

/** Every kind there is, custom ones included, once each in its preferred version. */
export async function listApiResources(client: ApiClient): Promise<ApiResource[]> {
  const { groups } = await client.get<GroupList>('/apis');
  const roots = [
    '/api/v1',
    ...groups.map((group) => `/apis/${group.preferredVersion.groupVersion}`),
  ];
  const lists = await Promise.all(
    roots.map(async (root) => {
      const { resources } = await client.get<ResourceList>(root);
      return resources
        .filter(({ name, verbs }) => verbs.includes('list') && !name.includes('/'))
        .map(({ name, kind, namespaced }) => ({
          kind,
          root,
          plural: name,
          isNamespaced: namespaced,
        }));
    }),
  );
  return lists.flat();
}

/** The path of its list, in one namespace or in all. */
export function listPath({ root, plural }: ApiResource, namespace?: string): string {
  return namespace === undefined
    ? `${root}/${plural}`
    : `${root}/namespaces/${namespace}/${plural}`;
}
