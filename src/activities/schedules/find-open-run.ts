import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { describeOpenRun, WAITING_PHASE } from '../../domain/standing-policy/describe-open-run.ts';
import type { MaintenanceRun } from '../../domain/standing-policy/maintenance-report.ts';
import type { LastRun } from '../../domain/standing-policy/why-not-again.ts';
import { makeMeshWorkflowId } from '../../domain/workflow-id.ts';

export type FoundRun =
  | {
      readonly kind: 'none';
      /** The run that ended last; absent where the server remembers none. */
      readonly last?: LastRun & { readonly openedBy?: string };
    }
  | {
      readonly kind: 'open';
      readonly run: MaintenanceRun;
      /** Whether it waits until it may change something again. */
      readonly waitsForWindow: boolean;
      /** What it is at, in words. */
      readonly because: string;
      /** Who asked for it, where its starter has said so. */
      readonly openedBy?: string;
    };

/** The run that holds the mesh's workflow id. Asks the server alone: no worker has to answer. */
export async function findOpenRun({ cluster }: { readonly cluster: string }): Promise<FoundRun> {
  const workflowId = makeMeshWorkflowId({ cluster });
  try {
    const description = await getClient().workflow.getHandle(workflowId).describe();
    const { runId, type, memo, status, typedSearchAttributes } = description;
    const attributes = new Map<string, unknown>(
      typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
    );
    const phase = attributes.get('MeshPhase');
    const openedBy = memo?.['openedBy'];
    if (description.closeTime !== undefined) {
      const target = attributes.get('MeshTarget');
      const outcome = memo?.['outcome'];
      const last = {
        workflowId,
        runId,
        type,
        ...(typeof target === 'string' ? { target } : {}),
        outcome: typeof outcome === 'string' ? outcome : status.name,
        ...(typeof openedBy === 'string' ? { openedBy } : {}),
      };
      return { kind: 'none', last };
    }
    const because = describeOpenRun({
      workflowId,
      type,
      ...(typeof phase === 'string' ? { phase } : {}),
      awaitingApproval: attributes.get('MeshAwaitingApproval') === true,
    });
    return {
      kind: 'open',
      run: { workflowId, runId, type },
      waitsForWindow: phase === WAITING_PHASE,
      because,
      ...(typeof openedBy === 'string' ? { openedBy } : {}),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { kind: 'none' };
    throw error;
  }
}

/** Tells a run that its window is open; says whether it was there to hear it. */
export async function resumeRun({
  workflowId,
  window,
}: {
  readonly workflowId: string;
  readonly window: string;
}): Promise<boolean> {
  try {
    await getClient().workflow.getHandle(workflowId).signal('windowOpened', { window });
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
