import type { RunEventKind } from '../domain/run-event.ts';

/** The name of a kind out in the world, where others have events too. */
export function eventType(kind: RunEventKind): `dev.meshlift.${RunEventKind}` {
  return `dev.meshlift.${kind}`;
}
