import type { Approval } from '../approval/evidence.ts';
import type { OpenGate } from './control.ts';
import { roleProblem, type Sender } from './sender.ts';

export interface StandingGate {
  readonly gate: OpenGate;
  /** Approvals that were taken off it. */
  readonly lapsed: readonly Approval[];
}

/**
 * The gate with those approvals alone that would count if they came now: whose key was taken out of the
 * configuration, or has lost the role, decides nothing from then on, and has not decided before either.
 */
export function withStandingApprovals(gate: OpenGate, sender: Sender): StandingGate {
  const { approvals = [], policy = {} } = gate;
  const keys = sender.kind === 'proven' ? (sender.earlier ?? []) : [];
  const stands = ({ by, keyId }: Approval): boolean => {
    const key = keys.find((each) => each.keyId === keyId);
    // Not asked for: it came while this one was looked at, or nothing was proven by it.
    if (key === undefined || by === undefined) return true;
    const holder: Sender = { kind: 'proven', by, keyId: key.keyId, roles: key.roles };
    return key.approver === by && roleProblem(policy, holder) === undefined;
  };
  const lapsed = approvals.filter((each) => !stands(each));
  return lapsed.length === 0
    ? { gate, lapsed }
    : { gate: { ...gate, approvals: approvals.filter(stands) }, lapsed };
}

/** `; ana's approval counts no more: …`. */
export function describeLapsed(lapsed: readonly Approval[]): string {
  return lapsed
    .map(
      ({ by = 'somebody' }) =>
        `; the approval of ${by} counts no more, since meshlift.yaml has taken their key or role away`,
    )
    .join('');
}

/** Whose keys have to be looked at again before a decision counts. */
export function keysOfApprovals({ approvals = [] }: OpenGate): readonly string[] {
  return approvals.flatMap(({ keyId }) => (keyId === undefined ? [] : [keyId]));
}
