import { readyRig } from '../start-rig.ts';
import type { RigEndpoints, RigState } from '../rig-state.ts';
import { UserError } from '../user-error.ts';

/** The rig of that name when it is up; a sentence with the remedy when it is not. */
export function runningRig(name: string): RigState & { endpoints: RigEndpoints } {
  const state = readyRig(name);
  if (state?.endpoints === undefined) {
    throw new UserError(`rig "${name}" is not up; bring it up with \`${rigCommand('up', name)}\``);
  }
  return { ...state, endpoints: state.endpoints };
}

/** The command line a person would type, with the name only where it is needed. */
export function rigCommand(command: string, name: string): string {
  return `npm run rig -- ${command}${name === 'default' ? '' : ` --name ${name}`}`;
}
