import { formatSeconds } from '../../domain/format-seconds.ts';
import type { Progress } from '../../domain/progress.ts';
import { describeControlPlane } from '../../domain/rollout/describe-control-plane.ts';

type Current = NonNullable<Progress['current']>;

/** `12/40`; while a wave restarts also `6 moving`, its pace and the time that is left at that pace. */
export function describeCounts(current: Current): string {
  const { done, total, moving, podsPerMinute, podsLeft, controlPlane } = current;
  const parts = [`${done}/${total}`];
  if (controlPlane !== undefined) parts.push(describeControlPlane(controlPlane));
  if (moving !== undefined && moving > 0) parts.push(`${moving} moving`);
  if (podsPerMinute !== undefined && podsPerMinute > 0) {
    parts.push(`${podsPerMinute} pods/min`);
    if (podsLeft !== undefined && podsLeft > 0) {
      parts.push(`about ${formatSeconds(Math.round((podsLeft / podsPerMinute) * 60))} left`);
    }
  }
  return parts.join(', ');
}

/** Why nothing more begins now, or nothing. */
export function describeHeld({ held = [] }: Current): string {
  return held.length === 0 ? '' : `held: ${held.join('; ')}`;
}
