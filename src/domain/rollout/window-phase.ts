import type { UpgradeStep } from '../planning/step.ts';
import type { PolicyWindows } from '../policy.ts';

/** What a run is about to do, as far as windows tell it apart. */
export type WindowPhase = 'prepare' | 'control-plane' | 'data-plane' | 'complete' | 'compensation';

/** The phase of a step that changes the mesh; absent for one that changes nothing. */
export function phaseOfChange(kind: UpgradeStep['kind']): WindowPhase | undefined {
  switch (kind) {
    case 'apply-crds':
      return 'prepare';
    case 'install-control-plane':
      return 'control-plane';
    case 'wave':
      return 'data-plane';
    case 'move-default':
    case 'restore-labels':
    case 'remove-control-plane':
      return 'complete';
    case 'undo-step':
    case 'restore-control-plane':
      return 'compensation';
    case 'snapshot':
    case 'verify-control-plane':
    case 'soak':
    case 'gate':
    case 'census':
    case 'verify-mesh':
    case 'prove-restored':
      return undefined;
  }
}

/** Names of the windows any of which a phase needs; absent where it needs none. */
export function windowNamesOf(
  windows: PolicyWindows | undefined,
  phase: WindowPhase,
): readonly string[] | undefined {
  switch (phase) {
    case 'prepare':
      return windows?.prepare;
    case 'control-plane':
      return windows?.controlPlane;
    case 'data-plane':
      return windows?.dataPlane;
    case 'complete':
      return windows?.complete;
    case 'compensation':
      return namesToUndo(windows);
  }
}

/** Whether what is taken back waits for windows and freezes at all. */
export function undoWaits(windows: PolicyWindows | undefined): windows is PolicyWindows {
  return windows?.compensation === 'window';
}

function namesToUndo(windows: PolicyWindows | undefined): readonly string[] | undefined {
  if (!undoWaits(windows)) return undefined;
  const { prepare = [], controlPlane = [], dataPlane = [], complete = [] } = windows;
  const names = new Set([...prepare, ...controlPlane, ...dataPlane, ...complete]);
  return names.size === 0 ? undefined : [...names];
}
