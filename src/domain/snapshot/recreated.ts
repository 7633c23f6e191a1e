import canonicalize from 'canonicalize';
import type { Change } from '../journal/change.ts';
import { formatRef } from '../kubernetes-object.ts';
import type { Difference } from '../report.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * What an object that was removed and made again cannot have as before: its uid, and an address that
 * somebody else was given meanwhile. Such differences are told with the reason; everything else of it
 * has to be equal.
 */
export function explainRecreated(
  difference: Difference,
  changes: readonly Change[],
  { before, after }: { readonly before: Snapshot; readonly after: Snapshot },
): Difference | undefined {
  const { path } = difference;
  const isRemoved = (what: string): boolean =>
    changes.some(({ kind, ref }) => kind === 'delete' && path === `${formatRef(ref)} ${what}`);
  if (isRemoved('uid') && Object.hasOwn(after, path)) {
    return {
      ...difference,
      found: `${difference.found}: the run had removed it, and what is made again has a uid of its own`,
    };
  }
  const isAddress =
    isRemoved('spec') && withoutAddress(before[path]) === withoutAddress(after[path]);
  return isAddress
    ? {
        ...difference,
        found: `${difference.found}: the run had removed it, and its address was given to another Service meanwhile`,
      }
    : undefined;
}

const ADDRESS: ReadonlySet<string> = new Set([
  'clusterIP',
  'clusterIPs',
  'healthCheckNodePort',
  'nodePort',
]);

function withoutAddress(spec: unknown): string | undefined {
  return canonicalize(
    JSON.parse(
      JSON.stringify(spec ?? null, (key, value: unknown) => (ADDRESS.has(key) ? undefined : value)),
    ),
  );
}
