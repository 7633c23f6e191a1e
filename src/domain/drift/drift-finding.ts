import { cutValue } from '../diff/cut-differences.ts';
import type { Finding } from '../finding.ts';
import { formatRef, type Json, type ObjectRef } from '../kubernetes-object.ts';
import { describeCount } from '../rollout/describe-count.ts';
import { mustBeAcknowledged, type Drift, type ObjectDrift } from './drift.ts';

/** Fields of one object that a finding lists; findings travel in the history of a run. */
export const MAX_LISTED = 10;
/** Fields of all objects together, but one of each. */
export const MAX_LISTED_IN_ALL = 40;
/** How many the message of a finding names. */
const MAX_NAMED = 5;

/**
 * The direct edits of objects, one finding each, as the request has to accept them. `isKept` tells the
 * objects that no undo brings back.
 */
export function driftFindings(
  found: readonly ObjectDrift[],
  digest: (text: string) => string,
  isKept: (ref: ObjectRef) => boolean = () => false,
): readonly Finding[] {
  const edited = found.filter(({ drifts, needsForce }) => drifts.length > 0 || needsForce);
  const share = Math.max(1, Math.floor(MAX_LISTED_IN_ALL / Math.max(1, edited.length)));
  const listed = Math.min(MAX_LISTED, share);
  return edited.map((each) => driftFinding(each, listed, { digest, isKept: isKept(each.ref) }));
}

function driftFinding(
  found: ObjectDrift,
  listed: number,
  { digest, isKept }: { readonly digest: (text: string) => string; readonly isKept: boolean },
): Finding {
  const { ref } = found;
  const subject = formatRef(ref);
  const isAsked = mustBeAcknowledged(found);
  // What is lost comes first, and is what is listed where there is too much.
  const drifts = [...found.drifts].sort(
    (a, b) => Number(b.outcome === 'reset') - Number(a.outcome === 'reset'),
  );
  const forGood = isAsked && isKept ? `. ${FOR_GOOD}` : '';
  const where = ref.namespace === undefined ? '' : ` -n ${ref.namespace}`;
  return {
    code: 'DirectEdit',
    severity: isAsked ? 'overridable' : 'info',
    subject,
    message: `expected ${subject} as its installer left it, found ${describeCount(drifts.length, 'direct edit')}: ${nameDrifts(drifts)}${forGood}`,
    remedy: isAsked
      ? `make the change where the mesh is configured or take it back, or accept its loss: --override "DirectEdit=${subject}=REASON"; kubectl get ${ref.kind.toLowerCase()} ${ref.name}${where} -o yaml --show-managed-fields tells who made it`
      : 'nothing: it stays; make the change where the mesh is configured, so that it is not lost one day',
    drift: drifts.slice(0, listed).map((drift) => cutDrift(drift, digest)),
  };
}

/** CRDs are never lowered, and what is shared with them goes the same way. */
const FOR_GOOD =
  'An undo does not bring it back: CRDs and what else both versions share stay as the run writes them. Keep a copy first if you may need it';

function nameDrifts(drifts: readonly Drift[]): string {
  const rest = drifts.length - MAX_NAMED;
  const named = drifts.slice(0, MAX_NAMED).map(nameDrift);
  return [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

/** Without values: those stand beside it. */
function nameDrift({ field, kind, manager, outcome }: Drift): string {
  const by = manager === undefined ? '' : ` by ${manager}`;
  const what = field === '' ? 'the whole object' : field;
  return `${what} ${kind}${by} (${outcome === 'reset' ? 'would be reset' : 'stays'})`;
}

/** One line for people: who did what, what is there now, and what will be. */
export function describeDrift(drift: Drift): string {
  const { field, kind, manager, found, next, outcome } = drift;
  const by = manager === undefined ? '' : ` by ${manager}`;
  const now = found === undefined ? 'nothing' : textOf(found);
  const then =
    field === '' ? 'what the target renders' : next === undefined ? 'nothing' : textOf(next);
  const after = outcome === 'kept' ? 'stays' : `becomes ${then}`;
  return `${field === '' ? 'the object' : field}: ${kind}${by}; ${now} now, ${after}`;
}

function textOf(value: Json): string {
  return JSON.stringify(value);
}

function cutDrift(
  { expected, found, next, ...rest }: Drift,
  digest: (text: string) => string,
): Drift {
  return {
    ...rest,
    ...(expected === undefined ? {} : { expected: cutValue(expected, digest) }),
    ...(found === undefined ? {} : { found: cutValue(found, digest) }),
    ...(next === undefined ? {} : { next: cutValue(next, digest) }),
  };
}
