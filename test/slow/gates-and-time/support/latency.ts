import {
  isOurs,
  isRecord,
  isWrite,
  receivedAt,
  type AuditedRequest,
} from '../../../e2e/support/audit-log.ts';

/** Milliseconds. */
export interface Latencies {
  readonly median: number;
  /** By nearest rank: of a hundred values the second longest. */
  readonly p99: number;
  readonly longest: number;
}

export function latenciesOf(values: readonly number[]): Latencies {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number): number => {
    const value = sorted[Math.ceil(share * sorted.length) - 1];
    if (value === undefined) throw new Error('expected latencies, found none');
    return value;
  };
  return { median: rank(0.5), p99: rank(0.99), longest: rank(1) };
}

/** What meshlift has written to the mesh. */
export function isMutation(request: AuditedRequest): boolean {
  return isOurs(request) && isWrite(request) && !isRecord(request);
}

/** What meshlift has written to its own record, which is before anything that it is about. */
export function isRecording(request: AuditedRequest): boolean {
  return isOurs(request) && isWrite(request) && isRecord(request);
}

/** How long after that moment the API server received the first such request (ms). */
export function firstAfter(
  requests: readonly AuditedRequest[],
  moment: number,
  counts: (request: AuditedRequest) => boolean,
): number {
  const found = requests.find((each) => receivedAt(each) >= moment && counts(each));
  if (found === undefined) throw new Error('expected a request after that moment, found none');
  return receivedAt(found) - moment;
}

/** The same of the last one; 0 where there was none any more. */
export function lastAfter(
  requests: readonly AuditedRequest[],
  moment: number,
  counts: (request: AuditedRequest) => boolean,
): number {
  const found = requests.findLast((each) => receivedAt(each) >= moment && counts(each));
  return found === undefined ? 0 : receivedAt(found) - moment;
}
