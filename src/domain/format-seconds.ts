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
