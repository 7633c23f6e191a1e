import type { MessageBody } from '../messages.ts';
import type { Control, Ruling } from './control.ts';
import { byAndWhy, type Sender } from './sender.ts';

type Stopping = 'rollback' | 'abort';

/** Why the run cannot be stopped so now, in words. */
export function judgeStop(
  control: Control,
  name: Stopping,
  { leave }: MessageBody,
): string | undefined {
  return name === 'rollback' ? rollbackProblem(control) : abortProblem(control, leave === true);
}

function rollbackProblem(control: Control): string | undefined {
  const { ended, undoing, stop, pointOfNoReturn } = control;
  if (ended !== undefined) return `the run has ended: ${ended}`;
  if (undoing) return 'the run is rolling back already';
  if (stop !== undefined) return `the run is stopping already: ${stop.cause}`;
  return pointOfNoReturn ? noWayBack(control) : undefined;
}

function noWayBack({ type }: Control): string {
  switch (type) {
    case 'rollbackMesh':
      return 'a rollback is not taken back. To stop where it stands: abort; it can be begun again from the same record';
    case 'refreshProxies':
      return 'a restart cannot be taken back: new pods get the proxy of the control plane as it is now. To stop where it stands: abort';
    case 'upgradeMesh':
      return goneFor('downgradeMesh');
    case 'downgradeMesh':
      return goneFor('upgradeMesh');
  }
}

function goneFor(opposite: string): string {
  return `the removal of the old revision has begun, so this run cannot be undone any more; once it has ended, the ways back are the workflows rollbackMesh and ${opposite}`;
}

/**
 * `{"leave":true}` is also the answer to a halt, where nothing can be undone any more. A refresh
 * or a rollback, which never undoes, stops where it stands either way.
 */
function abortProblem(control: Control, leave: boolean): string | undefined {
  if (leave && control.halted !== undefined && control.ended === undefined) return undefined;
  const problem = rollbackProblem(control);
  const neverUndoes = control.type === 'refreshProxies' || control.type === 'rollbackMesh';
  return neverUndoes && problem === noWayBack(control) ? undefined : problem;
}

/** Stops the run: what was done is taken back, or left as it stands. */
export function decideStop(name: Stopping, body: MessageBody, sender: Sender): Ruling {
  const why = byAndWhy(sender, body.reason);
  const leaves = name === 'abort' && body.leave === true;
  const cause = `${name} was asked for${leaves ? ', leaving all as it stands' : ''}${why}`;
  return {
    kind: 'accepted',
    words: cause,
    changes: { stop: { kind: leaves ? 'leave' : 'undo', cause } },
  };
}
