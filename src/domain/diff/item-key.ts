import { isJsonObject } from '../json.ts';
import type { Json } from '../kubernetes-object.ts';

/** By what Kubernetes tells the items of its lists apart. */
const KEYS = ['name', 'mountPath', 'containerPort', 'port'] as const;

/** What tells the items of two states of a list apart: all have it, and it is unique in each. */
export function itemKeyOf(one: readonly Json[], other: readonly Json[]): string | undefined {
  const items = [...one, ...other];
  return KEYS.find(
    (key) =>
      items.length > 0 &&
      items.every((item) => isJsonObject(item) && item[key] !== undefined) &&
      isUnique(one, key) &&
      isUnique(other, key),
  );
}

function isUnique(items: readonly Json[], key: string): boolean {
  const values = items.map((item) => (isJsonObject(item) ? JSON.stringify(item[key]) : ''));
  return new Set(values).size === values.length;
}
