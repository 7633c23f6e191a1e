import type {
  Day,
  MaintenanceWindow,
  Week,
  WindowRule,
} from '../../../domain/time/maintenance-window.ts';
import type { AksWindow } from './schema.ts';

/** What AKS calls a maintenance window, as one of ours; throws `TypeError` where it is ambiguous. */
export function fromAks(name: string, window: AksWindow): MaintenanceWindow {
  const { utcOffset, startDate, startTime, durationHours, notAllowedDates } = window;
  const rule = toRule(window.schedule);
  if (rule.every > 1 && (startDate ?? undefined) === undefined) {
    throw new TypeError(
      `expected "startDate", from which every ${rule.every} are counted: AKS counts from the day on which it was configured, which the file does not say`,
    );
  }
  return {
    name,
    timeZone: utcOffset ?? '+00:00',
    rule,
    start: startTime,
    durationSeconds: durationHours * 3600,
    except: (notAllowedDates ?? []).map(({ start, end }) => ({ from: start, to: end })),
    ...(startDate === undefined || startDate === null ? {} : { startDate }),
  };
}

function toRule(schedule: AksWindow['schedule']): WindowRule {
  const { daily, weekly, absoluteMonthly, relativeMonthly } = schedule;
  const rules = [
    ...(daily ? [{ kind: 'daily', every: daily.intervalDays } as const] : []),
    ...(weekly
      ? [{ kind: 'weekly', days: [toDay(weekly.dayOfWeek)], every: weekly.intervalWeeks } as const]
      : []),
    ...(absoluteMonthly
      ? [
          {
            kind: 'day-of-month',
            day: absoluteMonthly.dayOfMonth,
            every: absoluteMonthly.intervalMonths,
          } as const,
        ]
      : []),
    ...(relativeMonthly
      ? [
          {
            kind: 'weekday-of-month',
            week: relativeMonthly.weekIndex.toLowerCase() as Week,
            day: toDay(relativeMonthly.dayOfWeek),
            every: relativeMonthly.intervalMonths,
          } as const,
        ]
      : []),
  ];
  const [rule, second] = rules;
  if (rule === undefined || second !== undefined) {
    throw new TypeError(`expected one kind of schedule, found ${rules.length}`);
  }
  return rule;
}

function toDay(name: string): Day {
  return name.slice(0, 3).toLowerCase() as Day;
}
