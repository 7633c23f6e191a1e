import type { Change } from '../journal/change.ts';
import { formatRef } from '../kubernetes-object.ts';
import type { Difference } from '../report.ts';

/**
 * Whether a difference that is left after an undo is the run's own. A run answers for exactly the
 * values that its journal says it wrote, and for proxies of the revision that it brought; scaling,
 * deployments and labels of others are theirs.
 */
export function isOurs(
  difference: Difference,
  changes: readonly Change[],
  newRevision: string,
): boolean {
  return changes.some((change) => {
    const object = `${formatRef(change.ref)} `;
    if (!difference.path.startsWith(object)) return false;
    const value = difference.path.slice(object.length);
    return answersFor(change, { ...difference, value }, newRevision);
  });
}

interface ValueDifference extends Difference {
  /** The part of the path behind the object. */
  readonly value: string;
}

function answersFor(change: Change, difference: ValueDifference, newRevision: string): boolean {
  const { value, expected, found } = difference;
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
    case 'inject':
      // A workload that came later has no entry to compare with: it has to be whole and without our marks.
      return (
        value === 'restart token' ||
        (value === 'pod template' && changesTemplate(change)) ||
        (value === 'missing pods' && Number(found) > numberOr(expected, 0)) ||
        (value === 'revisions' && found.includes(newRevision))
      );
    case 'restart-at':
    case 'recreate':
      // No snapshot holds them: that they are back is what the undo of their wave waits for.
      return false;
  }
}

/** Beyond the mark that a snapshot keeps apart. */
function changesTemplate(change: Extract<Change, { kind: 'restart' | 'inject' }>): boolean {
  return change.kind === 'inject' || change.by !== undefined || change.labels !== undefined;
}

function numberOr(text: string, otherwise: number): number {
  const number = Number(text);
  return Number.isNaN(number) ? otherwise : number;
}
