import type { RunEventKind } from '../domain/run-event.ts';
import type { NotifierSettings } from './settings.ts';

/** A notifier as a run knows it: by its name, and what it wants. Where it leads is read at each delivery. */
export interface Recipient {
  readonly name: string;
  /** Absent: every kind. */
  readonly events?: readonly RunEventKind[];
}

/** Who is told of what happens to a cluster. */
export function recipientsOf(
  notifiers: readonly NotifierSettings[],
  cluster: string,
): readonly Recipient[] {
  return notifiers
    .filter(({ clusters }) => clusters === undefined || clusters.includes(cluster))
    .map(({ name, events }) => ({ name, ...(events === undefined ? {} : { events }) }));
}
