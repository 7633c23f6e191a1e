import type { ApiClient } from '../../../../rig/kubernetes/client.ts';
import { list } from '../../../e2e/support/projection.ts';

interface Resource {
  readonly name: string;
  readonly verbs: readonly string[];
}

/** What all revisions share is not lowered; it bears the revision that was last installed. */
const SHARED =
  /\/customresourcedefinitions |\/serviceaccounts istio-system\/istio-reader-service-account$/;

/**
 * Every object of any kind that says it belongs to that revision and not to all, as
 * `<path> <namespace>/<name>`.
 */
export async function objectsOfRevision(
  kubernetes: ApiClient,
  revision: string,
): Promise<readonly string[]> {
  const selector = `?labelSelector=${encodeURIComponent(`istio.io/rev=${revision}`)}`;
  const paths = await listablePaths(kubernetes);
  const found = await Promise.all(
    paths.map(async (path) => {
      const objects = await list(kubernetes, `${path}${selector}`);
      return objects.map(
        ({ metadata: { namespace = '', name } }) => `${path} ${namespace}/${name}`,
      );
    }),
  );
  return found
    .flat()
    .filter((name) => !SHARED.test(name))
    .toSorted();
}

async function listablePaths(kubernetes: ApiClient): Promise<readonly string[]> {
  const { groups } = await kubernetes.get<{
    groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
  }>('/apis');
  const versions = groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`);
  const lists = await Promise.all(
    ['/api/v1', ...versions].map(async (root) => {
      const { resources } = await kubernetes.get<{ resources: readonly Resource[] }>(root);
      return resources
        .filter(({ name, verbs }) => verbs.includes('list') && !OLD.has(name))
        .map(({ name }) => `${root}/${name}`);
    }),
  );
  return lists.flat();
}

/** Kept for old clients; it takes no selector. */
const OLD: ReadonlySet<string> = new Set(['componentstatuses']);
