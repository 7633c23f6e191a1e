import type { KeyedValues } from './change.ts';

/** The present values of the given keys; `null` where one is absent. */
export function pickKeys(
  from: Readonly<Record<string, string>> | undefined,
  keys: Iterable<string>,
): KeyedValues {
  return Object.fromEntries([...keys].map((key) => [key, from?.[key] ?? null]));
}

/** Whether every key of `expected` has that value. */
export function holds(
  live: Readonly<Record<string, string>> | undefined,
  expected: KeyedValues,
): boolean {
  return Object.entries(expected).every(([key, value]) => (live?.[key] ?? null) === value);
}

/** `a=1, b absent`. */
export function formatKeyed(values: KeyedValues): string {
  return Object.entries(values)
    .map(([key, value]) => (value === null ? `${key} absent` : `${key}=${value}`))
    .join(', ');
}
