import { isJsonList, isJsonObject, sameJson } from '../json.ts';
import { compareText, type Json, type JsonObject } from '../kubernetes-object.ts';
import { itemKeyOf } from './item-key.ts';

/** One field that is not the same in two states of a thing. */
export interface FieldDifference {
  /** Such as `spec.template.spec.containers[name="discovery"].image`; of a text also the line. */
  readonly path: string;
  /** Absent where there was none. */
  readonly from?: Json;
  /** Absent where there is none any more. */
  readonly to?: Json;
}

/**
 * Where two states differ, field by field in a fixed order: members by name, named list items by
 * name, other lists whole, texts of several lines by the lines between the first and the last change.
 */
export function diffFields(
  from: Json | undefined,
  to: Json | undefined,
  path = '',
): FieldDifference[] {
  if (sameJson(from, to)) return [];
  if (isJsonObject(from) && isJsonObject(to)) return diffMembers(from, to, path);
  if (isJsonList(from) && isJsonList(to)) return diffLists(from, to, path);
  if (typeof from === 'string' && typeof to === 'string') return [diffTexts(from, to, path)];
  return [difference(path, from, to)];
}

function diffMembers(from: JsonObject, to: JsonObject, path: string): FieldDifference[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .sort(compareText)
    .flatMap((key) => diffFields(from[key], to[key], path === '' ? key : `${path}.${key}`));
}

function diffLists(from: readonly Json[], to: readonly Json[], path: string): FieldDifference[] {
  const key = itemKeyOf(from, to);
  if (key === undefined) return [difference(path, from, to)];
  const namesOf = (items: readonly Json[]): Json[] =>
    items.map((item) => (isJsonObject(item) ? (item[key] ?? null) : null));
  const named = (items: readonly Json[], name: Json): Json | undefined =>
    items.find((item) => isJsonObject(item) && sameJson(item[key], name));
  const [before, after] = [namesOf(from), namesOf(to)];
  const names = [...before, ...after.filter((name) => named(from, name) === undefined)];
  const found = names.flatMap((name) =>
    diffFields(named(from, name), named(to, name), `${path}[${key}=${JSON.stringify(name)}]`),
  );
  // The same items in another order are another decision too: env variables refer to earlier ones.
  return found.length > 0 ? found : [difference(`${path} (order)`, before, after)];
}

function diffTexts(from: string, to: string, path: string): FieldDifference {
  const [before, after] = [from.split('\n'), to.split('\n')];
  if (before.length === 1 && after.length === 1) return difference(path, from, to);
  const shortest = Math.min(before.length, after.length);
  let head = 0;
  while (head < shortest && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shortest - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const between = (lines: readonly string[]): string | undefined =>
    lines.length === head + tail ? undefined : lines.slice(head, lines.length - tail).join('\n');
  return difference(`${path} (line ${head + 1})`, between(before), between(after));
}

function difference(path: string, from: Json | undefined, to: Json | undefined): FieldDifference {
  return {
    path,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}
