import { makeMeshWorkflowId } from '../../domain/workflow-id.ts';
import { CliError } from '../cli-error.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { handleOf, QUERY_DEADLINE_MS, withDeadline } from './ask-run.ts';
import { listRuns, type RunSummary } from './list-runs.ts';
import type { RunRef } from './run-ref.ts';
import type { TemporalSession } from './session.ts';

export interface FindOptions {
  /** One certain execution of the workflow id. */
  readonly runId?: string | undefined;
  /** For commands that only read: with no run open, the last one is meant. */
  readonly orLatest?: boolean;
}

/** The run that a person named by workflow id, by cluster, or not at all because only one is open. */
export async function findRun(
  session: TemporalSession,
  name: string | undefined,
  options: FindOptions = {},
): Promise<RunRef> {
  if (name !== undefined) return refOf(workflowIdOf(name), options.runId);
  const open = await listRuns(session, { openOnly: true, limit: 20 });
  const [only] = open;
  if (only !== undefined && open.length === 1) return refOf(only.workflowId, options.runId);
  if (only !== undefined) throw tooMany(open);
  const latest = options.orLatest === true ? (await listRuns(session, { limit: 1 }))[0] : undefined;
  if (latest !== undefined) return refOf(latest.workflowId, options.runId ?? latest.runId);
  throw new CliError(
    'NotFound',
    EXIT_CODES.unreachable,
    `no run is open in Temporal namespace ${session.namespace} at ${session.address}. ` +
      'Start one with `meshlift start CLUSTER --target VERSION`, or name a run; `meshlift list` shows those that ended',
  );
}

/** Says at once that a run has ended, instead of asking a worker about a message it cannot take. */
export async function requireOpen(session: TemporalSession, run: RunRef): Promise<void> {
  const handle = handleOf(session, run);
  const { status } = await withDeadline(session, QUERY_DEADLINE_MS, () => handle.describe());
  if (status.name === 'RUNNING') return;
  throw new CliError(
    'NotFound',
    EXIT_CODES.unreachable,
    `${run.workflowId}: expected an open run, found one that has ended (${status.name}). Nothing was sent; ` +
      `see what came of it with \`meshlift report ${run.workflowId}\``,
  );
}

/** `mesh/prod-eu` stays as it is; a cluster's name becomes the workflow id of its mesh. */
export function workflowIdOf(name: string): string {
  return name.includes('/') ? name : makeMeshWorkflowId({ cluster: name });
}

function refOf(workflowId: string, runId: string | undefined): RunRef {
  return runId === undefined ? { workflowId } : { workflowId, runId };
}

function tooMany(open: readonly RunSummary[]): CliError {
  const names = open.map((run) => `  ${run.workflowId}`).join('\n');
  return new CliError(
    'Usage',
    EXIT_CODES.invalid,
    `expected the name of a run because several are open:\n${names}\nName one: its workflow id or its cluster`,
  );
}
