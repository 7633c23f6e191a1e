/** What every message may bear. `by` is who says to have sent it: nothing proves it. */
export interface Because {
  readonly reason?: string;
  readonly by?: string;
}

/** What may be signed: the token proves who decides, and what. */
interface Provable extends Because {
  readonly token?: string;
}

/** A decision on the gate that is open when it is received. `{}` is valid in open mode. */
export interface Decision extends Provable {
  readonly gate?: string;
  readonly planDigest?: string;
}

/** `resume`. */
export type Resume = Provable;

/** `abort`: undo (default), or leave everything where it stands. */
export interface Abort extends Because {
  readonly leave?: boolean;
}

/** `retry` and `skip`: what to do with a step or undo that failed and waits for a person. */
export interface StepDecision extends Provable {
  readonly step?: string;
}

/** Every member that a message may have; which ones matter depends on the message. */
export interface MessageBody extends Decision, Abort, StepDecision {}

/** The messages of a run; each is an Update and a signal of the same name. */
export const MESSAGES = [
  'approve',
  'reject',
  'withdraw',
  'rollback',
  'abort',
  'pause',
  'resume',
  'retry',
  'skip',
] as const;
export type MessageName = (typeof MESSAGES)[number];

/** What an accepted Update answers. */
export interface Acknowledged {
  readonly accepted: true;
  readonly message: string;
}
