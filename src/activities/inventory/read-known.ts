import { KubernetesError, KubernetesUnreachable } from '../../clients/kubernetes-error.ts';
import { known, unknown, type Known } from '../../domain/inventory/known.ts';

/** What a request answers, or why it did not: forbidden, failing, silent. Anything else is thrown. */
export async function readKnown<T>(request: Promise<T>): Promise<Known<T>> {
  try {
    return known(await request);
  } catch (error) {
    if (error instanceof KubernetesError || error instanceof KubernetesUnreachable) {
      return unknown(error.message);
    }
    throw error;
  }
}

/** As `readKnown`, of a collection that a cluster may not have: then it is known to be empty. */
export async function readKnownList<T>(
  request: Promise<readonly T[]>,
): Promise<Known<readonly T[]>> {
  return readKnown(
    request.catch((error: unknown) => {
      if (error instanceof KubernetesError && error.code === 404) return [];
      throw error;
    }),
  );
}

/** The items of a list, and of one that could not be read none: its `unread` entry says so. */
export function itemsOf<T>(list: Known<readonly T[]>): readonly T[] {
  return list.kind === 'known' ? list.value : [];
}

/** Some requests at a time: each further one at once would be a connection of its own. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}

const AT_ONCE = 8;
