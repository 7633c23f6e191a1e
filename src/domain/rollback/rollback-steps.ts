import type { ObjectRef } from '../kubernetes-object.ts';
import { formatRef } from '../kubernetes-object.ts';
import type { UpgradeStep } from '../planning/step.ts';
import { journalsOf, openSteps, type RecordedRun } from './recorded-run.ts';

const NO_UNDO = {
  kind: 'keep',
  because:
    'a rollback is not taken back: what fails waits for a person, and it can be begun again from the same record',
} as const;

/** Which of the removed objects are there (by their reference), and with which uid. */
export type Present = ReadonlyMap<string, string>;

/**
 * The steps that take a recorded run back: what it removed comes first, so that something is there to
 * return to; then each step in the order of its undo; at the end the comparison with its snapshot. Of a
 * chain all this for each hop, the last one first.
 */
export function rollbackSteps(
  hops: readonly RecordedRun[],
  present: Present,
): readonly UpgradeStep[] {
  return hops.flatMap((run) => [
    ...openSteps(run).map((step) => stepBack(step, run, present)),
    {
      id: idOf('prove-restored', run),
      kind: 'prove-restored' as const,
      ...hopOf(run),
      title: `Compare the mesh with the snapshot of ${nameOf(run)}`,
      undo: { kind: 'none' as const },
    },
  ]);
}

function hopOf({ hop }: RecordedRun): Pick<RecordedRun, 'hop'> {
  return hop === undefined ? {} : { hop };
}

function nameOf({ runId, hop }: RecordedRun): string {
  return hop === undefined ? `run ${runId}` : `hop ${hop} of run ${runId}`;
}

function idOf(name: string, { hop }: RecordedRun): string {
  return hop === undefined ? name : `${name}-of-hop-${hop}`;
}

function stepBack(step: UpgradeStep, run: RecordedRun, present: Present): UpgradeStep {
  if (step.kind === 'remove-control-plane') {
    return {
      id: idOf('restore-control-plane', run),
      kind: 'restore-control-plane',
      of: step.id,
      ...hopOf(run),
      revision: step.revision,
      objects: removedObjects(run, step.id).map((ref) => {
        const uid = present.get(formatRef(ref));
        return uid === undefined ? { ref, action: 'create' } : { ref, action: 'none', uid };
      }),
      title: `Make control plane ${step.revision} again as it was recorded`,
      undo: NO_UNDO,
    };
  }
  return {
    id: idOf(`undo-${step.id}`, run),
    kind: 'undo-step',
    of: step.id,
    ...(step.undoFirst === undefined ? {} : { undoFirst: step.undoFirst }),
    ...hopOf(run),
    changes: journalsOf(step).reduce(
      (sum, name) => sum + (run.journals[name]?.changes.length ?? 0),
      0,
    ),
    title: `Take back: ${step.title}`,
    undo: NO_UNDO,
  };
}

/** What a removal has deleted, or meant to, in the order in which it is made again: the last removed first. */
export function removedObjects({ journals }: RecordedRun, step: string): readonly ObjectRef[] {
  const changes = journals[step]?.changes ?? [];
  return changes.flatMap((change) => (change.kind === 'delete' ? [change.ref] : [])).reverse();
}
