import type { DeciderPolicy } from '../approval/gate-policy.ts';
import type { Control } from './control.ts';

/** Whose a key is as of now, and in which roles. */
export interface KeyStanding {
  readonly keyId: string;
  /** Absent: nobody's. */
  readonly approver?: string;
  readonly roles: readonly string[];
}

/** Who sent a message: by their own words, or by a signature. */
export type Sender =
  | { readonly kind: 'claimed'; readonly by?: string }
  | {
      readonly kind: 'proven';
      readonly by: string;
      readonly keyId: string;
      readonly roles: readonly string[];
      /** Of the keys by which the open gate was approved before. */
      readonly earlier?: readonly KeyStanding[];
    };

/** ` by ana: errors in shop`, with what is known of it. */
export function byAndWhy({ by }: Sender, reason: string | undefined): string {
  const who = by === undefined ? '' : ` by ${by}`;
  return reason === undefined ? who : `${who}: ${reason}`;
}

/** Why this person may not decide here, in words; `undefined` when they may. */
export function roleProblem({ roles }: DeciderPolicy, sender: Sender): string | undefined {
  if (roles === undefined) return undefined;
  const held = sender.kind === 'proven' ? sender.roles : [];
  if (held.some((role) => roles.includes(role))) return undefined;
  return `expected one of the roles ${roles.join(', ')}, ${sender.by ?? 'the sender'} has ${held.join(', ') || 'none'}`;
}

/** Why whoever asked for the run is kept from letting it go on; `undefined` when nothing is. */
export function requesterProblem(
  { requestedBy }: Control,
  { requesterMayApprove = true }: DeciderPolicy,
  sender: Sender,
): string | undefined {
  if (requesterMayApprove) return undefined;
  if (sender.by === undefined) {
    return 'who asked for this run may not let it go on: say who you are, as in {"by":"ana@example.com"}';
  }
  if (requestedBy === undefined) {
    return 'who asked for this run may not let it go on, and the request does not say who that is';
  }
  return isSamePerson(requestedBy, sender)
    ? `${sender.by} asked for this run; somebody else has to let it go on`
    : undefined;
}

/** An approver's name stands alone, or before the host or domain of the one who asked. */
function isSamePerson(requestedBy: string, sender: Sender): boolean {
  const asked = nameKey(requestedBy);
  const name = nameKey(sender.by ?? '');
  return asked === name || (sender.kind === 'proven' && asked.split('@')[0] === name);
}

/** One person's name, however it was typed. */
export function nameKey(by: string): string {
  return by.trim().toLowerCase();
}
