import type { MaintenanceWindow } from '../../src/domain/time/maintenance-window.ts';

/** Tuesdays and Thursdays, 22:00 to 02:00. */
export const NIGHTS: MaintenanceWindow = {
  name: 'nights',
  timeZone: 'UTC',
  rule: { kind: 'weekly', days: ['tue', 'thu'], every: 1 },
  start: '22:00',
  durationSeconds: 4 * 3600,
  except: [],
};

/** By plain arithmetic, which shares nothing with the rules: two hours earlier they end with their day. */
export function isInNights(at: string): boolean {
  const earlier = new Date(Date.parse(`${at}Z`) - 2 * 3_600_000);
  return [2, 4].includes(earlier.getUTCDay()) && earlier.getUTCHours() >= 20;
}
