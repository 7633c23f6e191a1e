import type { Control, ControlChanges } from '../domain/rollout/control.ts';
import type { Run } from './run.ts';

/** What messages to this run are judged by. */
export function controlOf(run: Run): Control {
  const policy = run.outline?.policy ?? run.resolved?.policy;
  const { gate, paused, stop, halted, pointOfNoReturn, undoing, ended, nonces, type } = run;
  return {
    clusterUid: run.ref?.clusterUid,
    workflowId: run.workflowId,
    firstRunId: run.runId,
    planDigest: run.outline?.digest,
    requestedBy: run.resolved?.request.requestedBy,
    mode: policy?.approvals?.mode ?? 'open',
    haltPolicy: policy?.gates.halt,
    type,
    gate,
    paused,
    stop,
    halted,
    pointOfNoReturn,
    undoing,
    ended,
    nonces,
  };
}

/** Makes of the run what a message has changed, and stops what is under way where it says so. */
export function applyChanges(run: Run, { gate, paused, stop, halt, nonces }: ControlChanges): void {
  if (nonces !== undefined) run.nonces = nonces;
  if (gate !== undefined) run.gate = gate;
  if (halt !== undefined && run.halted !== undefined) run.halted.decision = halt;
  if (paused !== undefined) {
    run.paused = paused.to;
    if (paused.to !== undefined) run.pausable?.cancel();
  }
  if (stop !== undefined) {
    run.stop = stop;
    run.knowsWayBack ||= stop.kind === 'undo' && run.halted?.lacksWayBack === true;
    run.forward?.cancel();
  }
}
