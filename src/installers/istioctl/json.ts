import { isJsonList, isJsonObject, sameJson } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/kubernetes-object.ts';

export { isJsonList, isJsonObject, sameJson };

/** What a text says as JSON; `undefined` where it is none, for the caller to report. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The caller tells what it is instead.
    return undefined;
  }
}

/** The member at a path of keys, or `undefined` where the path ends early. */
export function memberAt(value: unknown, path: readonly string[]): Json | undefined {
  let current = value;
  for (const key of path) {
    if (!isJsonObject(current)) return undefined;
    current = current[key];
  }
  return isJson(current) ? current : undefined;
}

/** The object at a path, empty where there is none. */
export function objectAt(value: unknown, path: readonly string[]): JsonObject {
  const member = memberAt(value, path);
  return isJsonObject(member) ? member : {};
}

/** The list of objects at a path, empty where there is none. */
export function objectsAt(value: unknown, path: readonly string[]): readonly JsonObject[] {
  const member = memberAt(value, path);
  return isJsonList(member) ? member.filter(isJsonObject) : [];
}

/** The text at a path, or `undefined`. */
export function textAt(value: unknown, path: readonly string[]): string | undefined {
  const member = memberAt(value, path);
  return typeof member === 'string' ? member : undefined;
}

/** Both merged key by key; where both have a value that is not an object, `over` wins. */
export function mergeJson(base: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isJsonObject(below) && isJsonObject(value) ? mergeJson(below, value) : value;
  }
  return merged;
}

/** `value` inside of objects, one per key: `nested(['a', 'b'], 1)` is `{a: {b: 1}}`. */
export function nested(path: readonly string[], value: Json): JsonObject {
  const [first, ...rest] = path;
  if (first === undefined) return isJsonObject(value) ? value : {};
  return { [first]: rest.length === 0 ? value : nested(rest, value) };
}

/** Without the member at the path; objects that become empty go too. */
export function without(value: JsonObject, path: readonly string[]): JsonObject {
  const [first, ...rest] = path;
  if (first === undefined || !(first in value)) return value;
  const { [first]: member, ...others } = value;
  if (rest.length === 0 || !isJsonObject(member)) return rest.length === 0 ? others : value;
  const inner = without(member, rest);
  if (inner === member) return value;
  return Object.keys(inner).length === 0 ? others : { ...value, [first]: inner };
}

/**
 * What has to be laid over `base` to get `wanted`: members that differ, objects key by key, lists
 * whole. A member that only `base` has cannot be said this way and is left out.
 */
export function overridesOver(base: JsonObject, wanted: JsonObject): JsonObject {
  const overrides: Record<string, Json> = {};
  for (const [key, value] of Object.entries(wanted)) {
    const below = base[key];
    if (value === undefined || sameJson(below, value)) continue;
    if (!isJsonObject(below) || !isJsonObject(value)) overrides[key] = value;
    else {
      const inner = overridesOver(below, value);
      if (Object.keys(inner).length > 0) overrides[key] = inner;
    }
  }
  return overrides;
}

function isJson(value: unknown): value is Json {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'object'
  );
}
