import type { AuditEvent } from './audit-event.ts';

export interface RequestsOf {
  readonly users: ReadonlySet<string>;
  readonly from: number;
  readonly to: number;
}

/** Every request that these users made in that time, refused ones too: the server had the work. */
export function countRequests(
  events: readonly AuditEvent[],
  { users, from, to }: RequestsOf,
): number {
  return events.filter(
    ({ user, receivedAt }) => users.has(user) && receivedAt >= from && receivedAt <= to,
  ).length;
}

/** What they asked for, most first: `watch pods`, `patch deployments`. */
export function tallyRequests(
  events: readonly AuditEvent[],
  { users, from, to }: RequestsOf,
): readonly (readonly [kind: string, count: number])[] {
  const tally = new Map<string, number>();
  for (const { user, receivedAt, verb, resource, subresource } of events) {
    if (!users.has(user) || receivedAt < from || receivedAt > to) continue;
    const kind = `${verb} ${[resource || 'non-resource', subresource].filter(Boolean).join('/')}`;
    tally.set(kind, (tally.get(kind) ?? 0) + 1);
  }
  return [...tally].sort((a, b) => b[1] - a[1]);
}
