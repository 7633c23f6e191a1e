import type { Json } from './objects.ts';
import type { Picture } from './picture.ts';

/** One place at which the cluster is not as it was. */
export interface Difference {
  readonly where: string;
  readonly before: string;
  readonly after: string;
}

const ABSENT = 'absent';
const LONGEST_QUOTE = 160;

/** Every difference between two pictures, down to the single field. */
export function comparePictures(before: Picture, after: Picture): Difference[] {
  return compareFields({ where: '', separator: '' }, before, after);
}

interface Place {
  readonly where: string;
  readonly separator: string;
}

function compareFields(
  { where, separator }: Place,
  before: { readonly [key: string]: Json },
  after: { readonly [key: string]: Json },
): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) =>
    compareValues(`${where}${separator}${key}`, ownValue(before, key), ownValue(after, key)),
  );
}

function compareValues(
  where: string,
  before: Json | undefined,
  after: Json | undefined,
): Difference[] {
  if (isObject(before) && isObject(after)) {
    return compareFields({ where, separator: ' ' }, before, after);
  }
  const [was, is] = [quote(before), quote(after)];
  return was === is ? [] : [{ where, before: shorten(was), after: shorten(is) }];
}

/** An array is compared by position, like an object whose keys are its indices. */
function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null;
}

function ownValue(of: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(of, key) ? of[key] : undefined;
}

function quote(value: Json | undefined): string {
  return value === undefined ? ABSENT : JSON.stringify(value);
}

function shorten(text: string): string {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}
