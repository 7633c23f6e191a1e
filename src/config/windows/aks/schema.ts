import * as z from 'zod';

const offset = z
  .string()
  .regex(/^[+-](0\d|1[0-4]):[0-5]\d$/, 'expected an offset such as "+02:00"');
const date = z.iso.date('expected a day such as "2026-12-24"');
const day = z.enum(['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']);
const every = z.number().int().positive().max(52);

const schedule = z.object({
  daily: z.object({ intervalDays: every }).nullish(),
  weekly: z.object({ intervalWeeks: every, dayOfWeek: day }).nullish(),
  absoluteMonthly: z
    .object({ intervalMonths: every, dayOfMonth: z.number().int().min(1).max(31) })
    .nullish(),
  relativeMonthly: z
    .object({
      intervalMonths: every,
      weekIndex: z.enum(['First', 'Second', 'Third', 'Fourth', 'Last']),
      dayOfWeek: day,
    })
    .nullish(),
});

/**
 * The member `maintenanceWindow` of a maintenance configuration, with what else stands there left aside.
 * Shape: api-version 2023-05-01 and later of `managedClusters/maintenanceConfigurations`.
 */
export const aksWindow = z.object({
  schedule,
  durationHours: z.number().int().min(1).max(24),
  /** Fixed: it does not follow daylight saving. */
  utcOffset: offset.nullish(),
  startDate: date.nullish(),
  startTime: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as "00:00"'),
  /** Both ends included; `utcOffset` holds for them too. */
  notAllowedDates: z.array(z.object({ start: date, end: date })).nullish(),
});

/** As the ARM API has it, and as `az aks maintenanceconfiguration show` prints it. */
export const aksConfiguration = z.union(
  [
    z
      .object({ properties: z.object({ maintenanceWindow: aksWindow }) })
      .transform(({ properties }) => properties.maintenanceWindow),
    z.object({ maintenanceWindow: aksWindow }).transform((each) => each.maintenanceWindow),
  ],
  {
    error:
      'expected a maintenance configuration of AKS with "maintenanceWindow"; the older shape with "timeInWeek" has no such window',
  },
);

export type AksWindow = z.output<typeof aksWindow>;
