import type { Advice } from './maintenance-report.ts';

/** The run that ended last over a mesh, as far as the server remembers. */
export interface LastRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  /** Absent where the server does not tell. */
  readonly target?: string;
  /** As the run itself says it, or Temporal's own status. */
  readonly outcome: string;
}

/** Ends after which the same may be tried again by itself: nothing went wrong, or nothing was touched. */
const HARMLESS = ['Succeeded', 'Blocked'];

/**
 * Why what a policy asks for is not started: the same went wrong the last time, and whatever the reason
 * was, a person has not looked at it. A newer version is not the same.
 */
export function whyNotAgain(
  { type, request }: Extract<Advice, { readonly kind: 'start' }>,
  last: LastRun,
): string | undefined {
  if (last.type !== type || HARMLESS.includes(last.outcome)) return undefined;
  const { target } = request;
  if (target !== undefined && last.target !== undefined && last.target !== target) return undefined;
  const what = target === undefined ? type : `${type} to ${target}`;
  return `the last ${what} ended as ${last.outcome} (run ${last.runId}), and is not tried again by itself; see meshlift report ${last.workflowId}, then start it yourself`;
}
