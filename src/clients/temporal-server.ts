import { IndexedValueType, SEARCH_ATTRIBUTES } from './search-attribute-types.ts';
import type { NativeConnection } from '@temporalio/worker';

/** Below this, a writer of another namespace can signal ours (CVE-2026-5199 and the image's own). */
const MINIMUM_SERVER = [1, 31, 2] as const;
/** What `@sigstore/verify` needs; `@kubernetes/client-node` is content with 22.19. */
const MINIMUM_NODE = [22, 22, 2] as const;

/** Thrown when the surroundings cannot carry a worker; says what to change. */
export class UnfitEnvironment extends Error {
  override readonly name = 'UnfitEnvironment';
}

/** Refuses a Node that is too old. */
export function assertNodeVersion(found: string): void {
  if (isAtLeast(found, MINIMUM_NODE)) return;
  throw new UnfitEnvironment(
    `expected Node ${MINIMUM_NODE.join('.')} or newer, found ${found}: install a newer one from https://nodejs.org`,
  );
}

/** Refuses a server that is too old, and sees to it that it knows our search attributes. */
export async function assertServer(connection: NativeConnection, namespace: string): Promise<void> {
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  if (!isAtLeast(serverVersion, MINIMUM_SERVER)) {
    throw new UnfitEnvironment(
      `expected Temporal server ${MINIMUM_SERVER.join('.')} or newer, found ${serverVersion}: upgrade it (older ones let other namespaces signal this one)`,
    );
  }
  await registerSearchAttributes(connection, namespace);
}

async function registerSearchAttributes(
  connection: NativeConnection,
  namespace: string,
): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(
    ([name]) => !Object.hasOwn(customAttributes, name),
  );
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(
        missing.map(([name, type]) => [name, IndexedValueType[type]]),
      ),
    });
  } catch (error) {
    const flags = missing.map(([name, type]) => `--name ${name} --type ${type}`).join(' ');
    const why = error instanceof Error ? error.message : String(error);
    throw new UnfitEnvironment(
      `the namespace ${namespace} lacks search attributes and this worker may not add them (${why}); run: temporal operator search-attribute create --namespace ${namespace} ${flags}`,
    );
  }
}

/** Compares dotted numbers; a suffix such as `-rc.1` is ignored. */
export function isAtLeast(found: string, minimum: readonly number[]): boolean {
  const parts = found.split(/[.+-]/).map(Number);
  for (const [index, least] of minimum.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
