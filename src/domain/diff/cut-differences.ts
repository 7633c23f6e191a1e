import type { Json } from '../kubernetes-object.ts';
import type { FieldDifference } from './diff-fields.ts';

/** Differences of one object that a plan lists: a CRD can differ in hundreds of descriptions. */
export const MAX_DIFFERENCES = 40;
/** Characters of a value that a plan shows. */
export const MAX_VALUE_CHARACTERS = 240;

export interface CutDifferences {
  readonly diff: readonly FieldDifference[];
  /** What was left out, when something was; the digest is over all of it. */
  readonly leftOut?: { readonly count: number; readonly digest: string };
}

/**
 * Differences in the size of a plan. What is cut away keeps its digest, so that a plan made from it
 * still changes with every letter of the whole.
 */
export function cutDifferences(
  differences: readonly FieldDifference[],
  digest: (text: string) => string,
): CutDifferences {
  const rest = differences.slice(MAX_DIFFERENCES);
  return {
    diff: differences.slice(0, MAX_DIFFERENCES).map((each) => cutDifference(each, digest)),
    ...(rest.length === 0
      ? {}
      : { leftOut: { count: rest.length, digest: digest(JSON.stringify(rest)) } }),
  };
}

function cutDifference(
  { path, from, to }: FieldDifference,
  digest: (text: string) => string,
): FieldDifference {
  return {
    path,
    ...(from === undefined ? {} : { from: cutValue(from, digest) }),
    ...(to === undefined ? {} : { to: cutValue(to, digest) }),
  };
}

/** A value in the size of a plan; what is cut away keeps its digest. */
export function cutValue(value: Json, digest: (text: string) => string): Json {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= MAX_VALUE_CHARACTERS) return value;
  return `${text.slice(0, MAX_VALUE_CHARACTERS)}… (${text.length} characters, ${digest(text)})`;
}
