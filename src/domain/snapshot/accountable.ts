import type { Change } from '../journal/change.ts';
import { formatRef } from '../kubernetes-object.ts';
import type { Difference } from '../report.ts';

/**
 * Whether a difference that is left after an undo is the run's own. A run answers for exactly the
 * values that its journal says it wrote, and for proxies of the revision that it brought; scaling,
 * deployments and labels of others are theirs.
 */
export function isOurs(
  { path, found }: Difference,
  changes: readonly Change[],
  newRevision: string,
): boolean {
  return changes.some((change) => {
    const object = `${formatRef(change.ref)} `;
    if (!path.startsWith(object)) return false;
    return answersFor(change, path.slice(object.length), found, newRevision);
  });
}

function answersFor(change: Change, value: string, found: string, newRevision: string): boolean {
  switch (change.kind) {
    case 'create':
    case 'update':
    case 'delete':
      return true;
    case 'labels':
      return Object.keys(change.prior).some((key) => value === `labels.${key}`);
    case 'webhooks':
      return (
        value === 'webhooks' ||
        Object.keys(change.prior.labels).some((key) => value === `labels.${key}`)
      );
    case 'restart':
      return (
        value === 'restart token' ||
        value === 'missing pods' ||
        (value === 'revisions' && found.includes(newRevision))
      );
  }
}
