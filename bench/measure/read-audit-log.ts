import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { UserError } from '../../rig/user-error.ts';
import { parseAuditLine, type AuditEvent } from './audit-event.ts';

/** Where the log ends now; what comes later is read from here. */
export function endOfAuditLog(file: string): number {
  return statSync(file).size;
}

/** What was logged since, in the order in which it was answered. */
export async function readAuditLog(file: string, from: number): Promise<readonly AuditEvent[]> {
  if (statSync(file).size < from) {
    throw new UserError(`${file} was begun anew in the middle of a round; take fewer workloads`);
  }
  const input = createReadStream(file, { start: from });
  const events: AuditEvent[] = [];
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    const event = parseAuditLine(line);
    if (event !== undefined) events.push(event);
  }
  // Lines are written a moment apart from their timestamps.
  return events.sort((a, b) => a.at - b.at);
}
