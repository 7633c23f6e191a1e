import { eventually } from '../e2e/support/eventually.ts';
import type { Rehearsal, Stage } from './workflow-stage.ts';

interface Event {
  readonly workflowExecutionStartedEventAttributes?: {
    readonly continuedExecutionRunId?: string | null;
  } | null;
}

/** The histories of a run, the last one first. */
export async function historiesOf(
  { env }: Stage,
  { handle }: Rehearsal,
): Promise<readonly (readonly Event[])[]> {
  const histories: (readonly Event[])[] = [];
  for (let runId: string | undefined = undefined, more = true; more;) {
    const { client } = env;
    const history: { readonly events?: readonly Event[] | null } = await client.workflow
      .getHandle(handle.workflowId, runId)
      .fetchHistory();
    const events = history.events ?? [];
    histories.push(events);
    const before: string | null | undefined =
      events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    more = typeof before === 'string' && before !== '';
    runId = before ?? undefined;
  }
  return histories;
}

/** Messages that change nothing, so many that the history they come to is full; waits for the next. */
export async function flood(stage: Stage, run: Rehearsal, message = 'retry'): Promise<number> {
  const before = (await historiesOf(stage, run)).length;
  for (let count = 0; count < FLOOD; count += 1) await run.handle.signal(message, {});
  await eventually(async () => (await historiesOf(stage, run)).length > before, {
    what: 'the run has gone on in a new history',
    withinMs: 20_000,
    everyMs: 100,
  });
  return FLOOD;
}
const FLOOD = 20;
