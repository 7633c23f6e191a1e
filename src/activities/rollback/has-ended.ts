import { activityInfo, getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { MeshOwner } from '../../domain/mesh/observed-mesh.ts';

/**
 * Whether the holder of a lock has ended, as far as the Temporal namespace of this worker can tell. Of a
 * run that it does not know (another server or namespace, history expired) it cannot tell: no.
 */
export async function hasEndedHere(owner: MeshOwner): Promise<boolean> {
  if (owner.temporalNamespace !== activityInfo().workflowNamespace) return false;
  const { workflow } = getClient();
  try {
    await workflow.getHandle(owner.workflowId, owner.runId).describe();
    // Its first history is known; the run itself may have gone on in another.
    const latest = await workflow.getHandle(owner.workflowId).describe();
    const isOurs = latest.runId === activityInfo().workflowExecution?.runId;
    return isOurs || latest.status.name !== 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
