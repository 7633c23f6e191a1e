/** Labels of everything that meshlift keeps in a cluster for itself. */
export const RECORD_LABELS = { 'app.kubernetes.io/managed-by': 'meshlift' } as const;
/** Label with the first run id of the run that a record belongs to. */
export const RUN_LABEL = 'meshlift.dev/run';
/** The lock: one ConfigMap beside the mesh. */
export const OWNER_NAME = 'meshlift-owner';

/** First part of the name of everything that a run records. */
export function runRecordName(runId: string): string {
  return `meshlift-run-${runId}`;
}
