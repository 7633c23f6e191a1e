import { KubernetesError } from '../../clients/kubernetes-error.ts';
import { isPassing } from '../../clients/kubernetes-retry.ts';
import { isOutsideWindow } from '../time/window-guard.ts';
import { isAway } from './pod-by-pod.ts';
import { refusalOf } from './refusal.ts';
import { MOST_CHARACTERS } from './wave-failures.ts';
import type { WaveEntry } from './wave-entries.ts';

/** Tries to move workloads: what the server could not do now is seen undone at the next look. */
export interface MoveTries {
  /** Whether it was done. Throws what is not about this workload and does not pass. */
  move(entry: WaveEntry): Promise<boolean>;
  /** What stood against the latest try of the workload with this uid. */
  against(key: string): string | undefined;
  forget(key: string): void;
}

/** What was refused may be taken later: a quota has room again, a policy is put right. */
const ASK_AGAIN_MS = 5000;

/** After it the attempt ends with what the server says, for everybody to see; the next one goes on. */
const LONGEST_TROUBLE_MS = 60_000;

/** Once `stop` is aborted nothing is tried any more but what has left and is yet to be made again. */
export function createMoveTries(
  moveOne: (entry: WaveEntry) => Promise<void>,
  stop: AbortSignal,
): MoveTries {
  /** What was refused, and when (ms) it was tried, by uid. */
  const refused = new Map<string, { readonly why: string; readonly at: number }>();
  /** Since when every write met trouble of the server's. */
  let troubleSince: number | undefined;

  function noteTrouble(error: unknown): void {
    if (!isPassing(error) && !isConflict(error)) throw error;
    troubleSince ??= Date.now();
    if (Date.now() - troubleSince > LONGEST_TROUBLE_MS) throw error;
  }

  return {
    move: async (entry) => {
      const at = Date.now();
      const { key } = entry;
      if (stop.aborted && !isAway(entry)) return false;
      if (at - (refused.get(key)?.at ?? 0) < ASK_AGAIN_MS) return false;
      try {
        await moveOne(entry);
      } catch (error) {
        // What closed since the last look is seen to be closed at the next one.
        if (isOutsideWindow(error)) return false;
        const why = refusalOf(error)?.slice(0, MOST_CHARACTERS);
        if (why === undefined) noteTrouble(error);
        else refused.set(key, { why, at });
        return false;
      }
      troubleSince = undefined;
      refused.delete(key);
      return true;
    },
    against: (key) => refused.get(key)?.why,
    forget: (key) => void refused.delete(key),
  };
}

/** Somebody wrote at the same time: it is read, and judged, anew. */
function isConflict(error: unknown): boolean {
  return error instanceof KubernetesError && error.code === 409;
}
