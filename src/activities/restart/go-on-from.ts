import type { BegunMove, WaveCheckpoint } from './wave-checkpoint.ts';

/**
 * A checkpoint as of now. A wave that was paused, that waited for a window or that had no worker for a
 * while was moved by nobody meanwhile: that time, be it days, counts against no workload's deadline.
 */
export function goOnFrom(checkpoint: WaveCheckpoint, now: number): WaveCheckpoint {
  const { lookedAt, begun } = checkpoint;
  if (lookedAt === undefined) return checkpoint;
  // Another worker's clock may be ahead of this one's.
  const gap = Math.max(0, now - Date.parse(lookedAt));
  const moved = Object.entries(begun).map(([uid, move]) => [uid, movedOn(move, gap)] as const);
  return { ...checkpoint, begun: Object.fromEntries(moved) };
}

function movedOn({ at, furtherAt, method }: BegunMove, gap: number): BegunMove {
  const further = furtherAt === undefined ? {} : { furtherAt: later(furtherAt, gap) };
  return { at: later(at, gap), ...further, method };
}

function later(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}
