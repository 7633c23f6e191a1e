import type { KeptSchedule } from '../../clients/temporal-schedules.ts';
import { CliError } from '../cli-error.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { QUERY_DEADLINE_MS, withDeadline } from '../temporal/ask-run.ts';
import type { TemporalSession } from '../temporal/session.ts';

/** A schedule of that name that opens maintenance windows; another one is none of ours to touch. */
export async function findSchedule(session: TemporalSession, name: string): Promise<KeptSchedule> {
  const { readSchedule, SCHEDULED_TYPE } = await import('../../clients/temporal-schedules.ts');
  const found = await withDeadline(session, QUERY_DEADLINE_MS, () =>
    readSchedule(session.client, name),
  );
  if (found?.starts === SCHEDULED_TYPE) return found;
  const what =
    found === undefined
      ? 'there is no such schedule'
      : `expected a schedule that starts ${SCHEDULED_TYPE}, found one that starts ${found.starts}`;
  throw new CliError(
    'NotFound',
    EXIT_CODES.unreachable,
    `${name}: ${what} in Temporal namespace ${session.namespace} at ${session.address}; \`meshlift schedule list\` shows those that there are`,
  );
}
