import { formatSeconds } from '../../domain/format-seconds.ts';

export { formatSeconds };

/** Every ISO time in a text as `2026-11-21 10:52:03Z`, without what nobody reads. */
export function formatTime(text: string): string {
  return text.replace(/(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d+)?Z/g, '$1 $2Z');
}

/** Seconds from one ISO time to another, when both are there and are times. */
export function secondsFrom(from: string | undefined, to: string | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return Number.isFinite(seconds) ? seconds : undefined;
}

/** How long it took, or nothing while it is not over. */
export function formatTook(from: string | undefined, to: string | undefined): string {
  const seconds = secondsFrom(from, to);
  return seconds === undefined ? '' : formatSeconds(seconds);
}
