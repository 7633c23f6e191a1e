/** Every ISO time in a text as `2026-11-21 10:52:03Z`, without what nobody reads. */
export function formatTime(text: string): string {
  return text.replace(/(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d+)?Z/g, '$1 $2Z');
}

/** `45s`, `12m05s`, `3h20m`, `2d04h`: two units at most. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(whole / unit));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (days !== undefined && days > 0) return `${days}d${two(Math.floor((whole % 86_400) / 3600))}h`;
  if (hours !== undefined && hours > 0) return `${hours}h${two(Math.floor((whole % 3600) / 60))}m`;
  if (minutes !== undefined && minutes > 0) return `${minutes}m${two(whole % 60)}s`;
  return `${whole}s`;
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
