import type { IncomingMessage, ServerResponse } from 'node:http';
import { linesOf } from '../kubernetes/informer.ts';
import { createEventFaults, type EventCounts, type Random, type WatchFaults } from './faults.ts';

/** A watch on its way through the proxy. */
export interface PassedWatch {
  /** From now on nothing more comes, not even an end. */
  silence(): void;
  /** Breaks its connection. */
  cut(): void;
}

/** Passes the lines of a watch on, with what is to go wrong with them. */
export function passWatch(
  answer: IncomingMessage,
  response: ServerResponse,
  options: {
    readonly faults: () => WatchFaults;
    readonly counts: EventCounts;
    readonly random: Random;
  },
): PassedWatch {
  let isSilent = false;
  response.flushHeaders();
  const linesFor = createEventFaults(options);
  const run = async (): Promise<void> => {
    for await (const line of linesOf(answer)) {
      if (isSilent) continue;
      for (const each of linesFor(line)) response.write(`${each}\n`);
    }
    if (!isSilent) response.end();
  };
  run().catch(() => {
    // The API server's connection broke: so does the client's, unless it is to hear nothing.
    if (!isSilent) response.destroy();
  });
  return {
    silence: () => {
      isSilent = true;
    },
    cut: () => response.destroy(),
  };
}
