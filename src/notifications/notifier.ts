import type { RunEvent } from '../domain/run-event.ts';

/** A way to tell people. Safe to repeat: the event's id lets whoever receives it know it again. */
export interface Notifier {
  /** Resolves once it was taken over; throws `NotifyError`. */
  send(event: RunEvent, signal: AbortSignal): Promise<void>;
}
