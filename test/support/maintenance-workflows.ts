import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { condition, defineSignal, setHandler, upsertSearchAttributes } from '@temporalio/workflow';

export { openMaintenanceWindow } from '../../src/workflows/open-maintenance-window.ts';

/** A run as it is, beside the one that only stands there. */
export { upgradeMesh as realUpgradeMesh } from '../../src/workflows/upgrade-mesh.ts';

/** What a test tells the run to be at. */
export interface Stance {
  readonly phase: string;
  readonly awaitingApproval?: boolean;
}

export const enterSignal = defineSignal<[Stance]>('enter');
export const finishSignal = defineSignal('finish');
const windowOpened = defineSignal<[{ readonly window?: string }]>('windowOpened');

const PHASE = defineSearchAttributeKey('MeshPhase', SearchAttributeType.KEYWORD);
const AWAITING = defineSearchAttributeKey('MeshAwaitingApproval', SearchAttributeType.BOOL);

/** Stands where a run over a mesh would, and returns its input and the windows it was told of. */
export async function upgradeMesh(input: unknown): Promise<object> {
  const windows: (string | undefined)[] = [];
  let isFinished = false;
  upsertSearchAttributes([{ key: PHASE, value: 'MovingWorkloads' }]);
  setHandler(windowOpened, ({ window }) => void windows.push(window));
  setHandler(finishSignal, () => void (isFinished = true));
  setHandler(enterSignal, ({ phase, awaitingApproval = false }) =>
    upsertSearchAttributes([
      { key: PHASE, value: phase },
      { key: AWAITING, value: awaitingApproval },
    ]),
  );
  await condition(() => isFinished);
  return { input, windows };
}

export { upgradeMesh as refreshProxies };
