import { isDeepStrictEqual } from 'node:util';
import type { LiveObject } from './projection.ts';

export type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value with a JSON merge patch (RFC 7386) laid over it. */
export function mergeInto(value: Json, merge: Json): Json {
  const kept = Object.entries(value).filter(([key]) => merge[key] !== null);
  const laid = Object.entries(merge)
    .filter(([, part]) => part !== null)
    .map(([key, part]) => {
      const before = value[key];
      return [key, isJson(part) ? mergeInto(isJson(before) ? before : {}, part) : part] as const;
    });
  return Object.fromEntries([...kept, ...laid]);
}

/** The merge patch that makes the first of the second. Lists are replaced whole. */
export function buildMerge(from: Json, to: Json): Json {
  const gone = Object.keys(from).filter((key) => to[key] === undefined);
  const changed = Object.entries(to).filter(([key, value]) => !isDeepStrictEqual(from[key], value));
  return Object.fromEntries([
    ...gone.map((key) => [key, null] as const),
    ...changed.map(([key, value]) => {
      const before = from[key];
      return [key, isJson(value) && isJson(before) ? buildMerge(before, value) : value] as const;
    }),
  ]);
}

/** A value with others set in it by JSON pointer (RFC 6901); `-` appends to a list. */
export function setValues(value: Json, set: Json): Json {
  const changed: Json = structuredClone(value);
  for (const [pointer, wanted] of Object.entries(set)) {
    const keys = pointer
      .slice(1)
      .split('/')
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    setAt(changed, keys, wanted);
  }
  return changed;
}

function setAt(at: unknown, [key = '', ...deeper]: readonly string[], wanted: unknown): void {
  if (Array.isArray(at)) {
    const index = key === '-' ? at.length : Number(key);
    if (deeper.length > 0) setAt(at[index], deeper, wanted);
    else at.splice(index, 1, wanted);
    return;
  }
  if (typeof at !== 'object' || at === null) throw new Error(`nothing at ${key} to be set in`);
  if (deeper.length > 0) setAt(Reflect.get(at, key), deeper, wanted);
  else Reflect.set(at, key, wanted);
}

/** What of an object is content: without what the server gives and without its state. */
export function copyOf(
  { metadata, status: _state, ...content }: LiveObject,
  {
    replacing,
    merge,
  }: { readonly replacing: Readonly<Record<string, string>>; readonly merge: Json },
): Json {
  const { labels, annotations, name, namespace } = metadata;
  const text = JSON.stringify({ ...content, metadata: { name, namespace, labels, annotations } });
  const replaced = Object.entries(replacing).reduce(
    (done, [from, to]) => done.replaceAll(from, to),
    text,
  );
  return mergeInto(JSON.parse(replaced) as Json, merge);
}
