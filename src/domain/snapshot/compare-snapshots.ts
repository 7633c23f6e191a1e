import canonicalize from 'canonicalize';
import { compareText } from '../kubernetes-object.ts';
import type { Difference } from '../report.ts';
import type { Snapshot } from './snapshot.ts';

const ABSENT = 'absent';
/** Longest value that a report quotes. */
const MAX_QUOTED = 300;

/** Every place at which two snapshots differ, in order. */
export function compareSnapshots(before: Snapshot, after: Snapshot): readonly Difference[] {
  const places = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...places].sort(compareText).flatMap((path) => {
    const [expected, found] = [quote(before, path), quote(after, path)];
    return expected === found ? [] : [{ path, expected: cut(expected), found: cut(found) }];
  });
}

function quote(snapshot: Snapshot, path: string): string {
  // Canonical, so that the order of members makes no difference.
  return Object.hasOwn(snapshot, path) ? (canonicalize(snapshot[path]) ?? ABSENT) : ABSENT;
}

function cut(text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}
