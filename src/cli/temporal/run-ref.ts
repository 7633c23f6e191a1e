/** Names a run; without `runId`, the newest of its workflow id. */
export interface RunRef {
  readonly workflowId: string;
  readonly runId?: string;
}
