import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The identities under which the product works in a rig. */
const PRODUCT: ReadonlySet<string> = new Set(['meshlift-worker', 'meshlift-installer']);

/** How many requests the product made, by the API server's audit log. */
export async function countRequests(auditLog: string): Promise<number> {
  let count = 0;
  const lines = createInterface({ input: createReadStream(auditLog), crlfDelay: Infinity });
  for await (const line of lines) if (isByProduct(line)) count += 1;
  return count;
}

/** Each audited request is one line; one that was cut off by the end of the log is not counted. */
export function isByProduct(line: string): boolean {
  try {
    const event = JSON.parse(line) as { readonly user?: { readonly username?: string } };
    return PRODUCT.has(event.user?.username ?? '');
  } catch {
    return false;
  }
}
