/** Labels of everything that meshlift keeps in a cluster for itself. */
export const RECORD_LABELS = { 'app.kubernetes.io/managed-by': 'meshlift' } as const;
/** Label with the first run id of the run that a record belongs to. */
export const RUN_LABEL = 'meshlift.dev/run';
/** Everything that belongs to a run. */
export const RECORD_SELECTOR = `app.kubernetes.io/managed-by=meshlift,${RUN_LABEL}`;
/** The lock: one ConfigMap beside the mesh. */
export const OWNER_NAME = 'meshlift-owner';

/** First part of the name of everything that a run records, or that a later hop of it does. */
export function runRecordName(runId: string, hop?: number): string {
  return `meshlift-run-${runId}${hop === undefined ? '' : `-hop-${hop}`}`;
}
