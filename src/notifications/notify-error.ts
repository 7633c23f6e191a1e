/** How a delivery failed. */
export interface NotifyProblem {
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
  /** Whether it may do better by itself. */
  readonly transient: boolean;
  /** How long whoever refused it wants to be left alone. */
  readonly retryAfterSeconds?: number;
}

/**
 * Thrown when an event could not be delivered. The message names the notifier and never where it leads:
 * an address may be a secret. So no error of a library is kept as a cause.
 */
export class NotifyError extends Error {
  override readonly name = 'NotifyError';
  readonly transient: boolean;
  readonly retryAfterSeconds: number | undefined;

  constructor(notifier: string, problem: NotifyProblem) {
    const { expected, found, remedy, transient, retryAfterSeconds } = problem;
    super(`notifier ${notifier}: expected ${expected}, found ${found}. ${remedy}`);
    this.transient = transient;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
