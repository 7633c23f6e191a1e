/** What a run and those that continued it cost in Temporal's history. */
export interface HistoryFigures {
  /** Of all of them together. */
  readonly events: number;
  readonly bytes: number;
  readonly runs: number;
  /** Of the one that has most. */
  readonly largestRunEvents: number;
  readonly largestRunBytes: number;
  /** Of the payloads in the last run's history, in bytes. */
  readonly largestPayload: number;
}

export interface RunSize {
  readonly events: number;
  readonly bytes: number;
}

export function sumHistory(runs: readonly RunSize[], largestPayload: number): HistoryFigures {
  return {
    events: runs.reduce((sum, { events }) => sum + events, 0),
    bytes: runs.reduce((sum, { bytes }) => sum + bytes, 0),
    runs: runs.length,
    largestRunEvents: Math.max(0, ...runs.map(({ events }) => events)),
    largestRunBytes: Math.max(0, ...runs.map(({ bytes }) => bytes)),
    largestPayload,
  };
}

/** The longest `data` of any payload, however deep it lies in the events of a history. */
export function largestPayloadOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof Uint8Array) return 0;
  if ('data' in value && value.data instanceof Uint8Array) return value.data.length;
  let most = 0;
  for (const each of Object.values(value)) most = Math.max(most, largestPayloadOf(each));
  return most;
}
