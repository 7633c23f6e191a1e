/**
 * A number with its noun: `1 object`, `0 objects`, `12 workloads`. For nouns whose plural ends in
 * `s`. Workflows use it too, and they may import only from this folder by value.
 */
export function describeCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
