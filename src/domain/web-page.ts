/** The run's page in the Temporal UI; absent when the configuration names no UI. */
export function webPageOf(
  webUrl: string | undefined,
  namespace: string,
  run: { readonly workflowId: string; readonly runId?: string },
): string | undefined {
  if (webUrl === undefined) return undefined;
  const parts = ['namespaces', namespace, 'workflows', run.workflowId];
  if (run.runId !== undefined) parts.push(run.runId, 'history');
  return `${webUrl.replace(/\/+$/, '')}/${parts.map(encodeURIComponent).join('/')}`;
}
