import type { PlanOutline } from '../domain/planning/plan.ts';
import type { Progress } from '../domain/progress.ts';
import type { UpgradeReport } from '../domain/report.ts';

/** What can be known of a run: an open one answers, of an ended one the history tells. */
export interface RunView {
  readonly workflowId: string;
  readonly runId: string;
  /** Temporal's own status, e.g. `RUNNING` or `COMPLETED`. */
  readonly status: string;
  readonly page?: string;
  readonly progress?: Progress;
  readonly plan?: PlanOutline;
  readonly report?: UpgradeReport;
  /** Why it did not complete. */
  readonly failure?: { readonly type?: string; readonly message: string };
}
