import type { PodCensus } from '../report.ts';

/** `36 ready, 36 connected, 35 synced, 1 not known`. Workflows use it too. */
export function describeCensus({ ready, connected, synced, unknown }: PodCensus): string {
  const counts: readonly (readonly [number | undefined, string])[] = [
    [ready, 'ready'],
    [connected, 'connected'],
    [synced, 'synced'],
    [unknown, 'not known'],
  ];
  return counts
    .flatMap(([count, what]) => (count === undefined ? [] : [`${count} ${what}`]))
    .join(', ');
}
