import type { FailureType } from '../domain/failure-type.ts';

/**
 * Thrown by our own code when it knows what is wrong; carries the type under which it crosses to
 * Temporal. Everything else that is thrown is mapped in `failures.ts`.
 */
export class ActivityError extends Error {
  override readonly name = 'ActivityError';
  readonly type: FailureType;
  readonly details: readonly unknown[];

  constructor(type: FailureType, message: string, details: readonly unknown[] = []) {
    super(message);
    this.type = type;
    this.details = details;
  }
}
