/** A number, or a part of the replicas such as `25%`. */
export type IntOrPercent = number | string;

/** A number of pods as a strategy or a budget says it; what is no number of pods counts as none. */
export function resolveShare(
  value: IntOrPercent,
  replicas: number,
  rounding: 'up' | 'down',
): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent === undefined) return 0;
  const share = (Number(percent) * replicas) / 100;
  return rounding === 'up' ? Math.ceil(share) : Math.floor(share);
}
