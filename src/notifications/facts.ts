import type { RunEvent } from '../domain/run-event.ts';

/** What an event is about, in rows for people. */
export function factsOf(
  event: Omit<RunEvent, 'title' | 'text'>,
): readonly (readonly [string, string])[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Cluster', event.cluster],
    ['Target', event.target],
    ['Gate', event.gate],
    ['Until', event.until],
    ['Outcome', event.outcome],
    ['Plan', event.planDigest],
    ['Run', `${event.workflowId} (${event.runId})`],
    ['At', event.at],
    ['Page', event.url],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}
