/** The workflow id of everything that changes a mesh; Temporal keeps it unique, so it is the lock. */
export function makeMeshWorkflowId({ cluster }: { readonly cluster: string }): string {
  return `mesh/${cluster}`;
}
