/** Names the run and the mesh that an activity works for; the same in every activity's input. */
export interface RunRef {
  /** First run id of the workflow: the key of its record, its lock and its restarts. */
  readonly runId: string;
  readonly workflowId: string;
  readonly cluster: string;
  /** The identity that the cluster had at the start; compared before anything is done. */
  readonly clusterUid: string;
  readonly meshNamespace: string;
  /** Of a chain, from 2 on: which of its hops; each has a plan and a record of its own. */
  readonly hop?: number;
}

export interface StepRef extends RunRef {
  readonly step: string;
}
