const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** As Envoy waits before it connects anew: longer after each failure, at a random moment of that time. */
export function backOffMs(failures: number, random: number): number {
  return Math.min(FIRST_MS * 2 ** failures, LONGEST_MS) * random;
}
