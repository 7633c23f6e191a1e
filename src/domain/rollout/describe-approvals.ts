import type { Approval, OpenGateView } from '../approval/evidence.ts';
import { describeCount } from './describe-count.ts';

/** `ana (signed): CHG-4711`. */
export function describeApproval({ by = 'somebody', keyId, reason }: Approval): string {
  const who = keyId === undefined ? by : `${by} (signed)`;
  return reason === undefined ? who : `${who}: ${reason}`;
}

/** `1 more approval by mesh-admins`; absent where the gate is of a run from before. */
export function whoIsNeeded({ stillNeeded, roles, mode }: OpenGateView): string | undefined {
  if (stillNeeded === undefined) return undefined;
  const who = roles === undefined ? '' : ` by ${roles.join(' or ')}`;
  return `${describeCount(stillNeeded, 'approval')}${who}${mode === 'signed' ? ', signed' : ''}`;
}
