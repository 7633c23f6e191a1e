import { assertNever } from '../assert-never.ts';
import type { MaintenanceWindow, WindowRule } from './maintenance-window.ts';

/** `weeknights: tue, thu at 22:00 Europe/Berlin for 4 h`. */
export function describeWindow(window: MaintenanceWindow): string {
  return `${window.name}: ${describeRule(window)}`;
}

/** The same without its name. */
export function describeRule(window: MaintenanceWindow): string {
  const { rule, start, timeZone, durationSeconds } = window;
  return `${describeDates(rule)} at ${start} ${timeZone} for ${describeDuration(durationSeconds)}`;
}

function describeDates(rule: WindowRule): string {
  switch (rule.kind) {
    case 'daily':
      return rule.every === 1 ? 'every day' : `every ${rule.every} days`;
    case 'weekly': {
      const days = rule.days.join(', ');
      return rule.every === 1 ? days : `${days} of every ${rule.every} weeks`;
    }
    case 'day-of-month':
      return `day ${rule.day} of ${describeMonths(rule.every)}`;
    case 'weekday-of-month':
      return `${rule.week} ${rule.day} of ${describeMonths(rule.every)}`;
    default:
      return assertNever(rule);
  }
}

function describeMonths(every: number): string {
  return every === 1 ? 'every month' : `every ${every} months`;
}

function describeDuration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
