/** The most of these moments that lie within any span of that length; a moment counts in one that it ends. */
export function mostWithin(moments: readonly number[], spanMs: number): number {
  const sorted = moments.toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [index, moment] of sorted.entries()) {
    while (moment - (sorted[first] ?? moment) >= spanMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
