import * as z from 'zod';
import { firstInstant, isTimeZone, lastInstant } from '../../domain/time/local-time.ts';
import { DAYS, WEEKS } from '../../domain/time/maintenance-window.ts';
import { duration, name } from '../values/schema.ts';

const LONGEST_SECONDS = 7 * 86_400;

const date = z.iso.date('expected a day such as "2026-12-24"');
const timeOfDay = z
  .string('expected a time of day in quotes, such as "22:00"')
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "22:00"');
const timeZone = z
  .string()
  .max(100)
  .refine(isTimeZone, 'expected an IANA time zone such as "Europe/Berlin", or "UTC"');
const localTime = z.iso.datetime({
  local: true,
  offset: false,
  precision: -1,
  error: 'expected a local date and time such as "2026-12-18T00:00"',
});

const every = (most: number): z.ZodDefault<z.ZodNumber> =>
  z.number().int().min(1).max(most).default(1);
const everyMonths = every(12);
const day = z.enum(DAYS);

const written = z.strictObject({
  timeZone: timeZone.default('UTC'),
  daily: z.strictObject({ everyDays: every(31) }).optional(),
  weekly: z.strictObject({ days: z.array(day).min(1).max(7), everyWeeks: every(52) }).optional(),
  /** A month that has no such day has no opening. */
  monthly: z
    .union(
      [
        z.strictObject({ dayOfMonth: z.number().int().min(1).max(31), everyMonths }),
        z.strictObject({ week: z.enum(WEEKS), day, everyMonths }),
      ],
      { error: 'expected { dayOfMonth: 15 } or { week: last, day: sun }' },
    )
    .optional(),
  start: timeOfDay,
  duration: duration
    .refine((seconds) => seconds >= 60, 'expected at least a minute, "1m"')
    .refine((seconds) => seconds <= LONGEST_SECONDS, 'expected at most a week, "7d"'),
  /** Local dates on which nothing is done. */
  except: z
    .array(z.union([date, z.strictObject({ from: date, to: date })]))
    .max(1000)
    .default([]),
  /** The first local date; what is only every other day, week or month is counted from here. */
  startDate: date.optional(),
});

const ofAks = z.strictObject({
  /** A file with a maintenance configuration of AKS, as JSON. Relative paths are relative to this file. */
  aks: z.string().min(1),
});

/** Times in which meshes may be changed, by name. */
export const windows = z
  .record(name, z.union([ofAks, written.superRefine(checkRule)], { error: problemOfWindow }))
  .describe('Times in which meshes may be changed, by name.');

/** Times in which nothing is changed. */
export const freezes = z.array(
  z
    .strictObject({
      name,
      from: localTime,
      to: localTime,
      timeZone: timeZone.default('UTC'),
      /** Without it, all. */
      clusters: z.array(name).min(1).max(1000).optional(),
      reason: z.string().max(300).optional(),
    })
    .superRefine(({ from, to, timeZone: zone }, context) => {
      const isRead = [from, to].every((each) => localTime.safeParse(each).success);
      if (!isRead || !isTimeZone(zone) || startOf(zone, from) < endOf(zone, to)) return;
      context.addIssue({ code: 'custom', path: ['to'], message: `expected a time after ${from}` });
    }),
);

const names = z.array(name).min(1, 'expected at least one name of "windows"').max(100).optional();

/** Which windows each phase needs; any of those named is enough. A phase that names none needs none. */
export const policyWindows = z.strictObject({
  prepare: names,
  controlPlane: names,
  dataPlane: names,
  complete: names,
  /** Whether what a run takes back has to wait for a window, too. */
  compensation: z.enum(['always', 'window']).default('always'),
});

type WrittenWindow = z.output<typeof written>;
export type WindowsFile = z.output<typeof windows>;
export type WindowFile = WindowsFile[string];
export type FreezesFile = z.output<typeof freezes>;
export type PolicyWindowsFile = z.output<typeof policyWindows>;

/** The instant (ms) at which a freeze begins: in doubt the earlier one. */
export function startOf(zone: string, local: string): number {
  const [day = '', time = ''] = local.split('T');
  return firstInstant(zone, day, time);
}

/** The instant (ms) at which a freeze ends: in doubt the later one. */
export function endOf(zone: string, local: string): number {
  const [day = '', time = ''] = local.split('T');
  return lastInstant(zone, day, time);
}

/** What is wrong with the one of both shapes that is meant. */
function problemOfWindow({ code, input, ...issue }: z.core.$ZodRawIssue): string {
  const meant =
    'expected a window such as { daily: {}, start: "22:00", duration: 4h }, or { aks: FILE }';
  if (code !== 'invalid_union' || typeof input !== 'object' || input === null) return meant;
  const branches = issue['errors'] as readonly (readonly z.core.$ZodIssue[])[];
  const [problem] = branches['aks' in input ? 0 : 1] ?? [];
  if (problem === undefined) return meant;
  return `${[...problem.path, ''].join(': ')}${problem.message}`;
}

function checkRule(window: WrittenWindow, context: z.core.$RefinementCtx): void {
  const { daily, weekly, monthly, startDate } = window;
  const rules = [daily, weekly, monthly].filter((each) => each !== undefined);
  if (rules.length !== 1) {
    const message = `expected one of "daily", "weekly" and "monthly", found ${rules.length}`;
    context.addIssue({ code: 'custom', message });
  }
  const turns = Math.max(daily?.everyDays ?? 1, weekly?.everyWeeks ?? 1, monthly?.everyMonths ?? 1);
  if (turns > 1 && startDate === undefined) {
    const message = `expected "startDate", from which every ${turns} are counted`;
    context.addIssue({ code: 'custom', message });
  }
  for (const [index, each] of window.except.entries()) {
    if (typeof each === 'string' || each.from <= each.to) continue;
    const message = `expected a day not before ${each.from}`;
    context.addIssue({ code: 'custom', path: ['except', index, 'to'], message });
  }
}

interface Checked {
  readonly windows: WindowsFile;
  readonly freezes: FreezesFile;
  readonly clusters: Readonly<Record<string, unknown>>;
  readonly policies: Readonly<Record<string, { readonly windows?: PolicyWindowsFile | undefined }>>;
}

const PHASES = ['prepare', 'controlPlane', 'dataPlane', 'complete'] as const;

/** What names a window or a cluster that is not there would never hold anything back: it is refused. */
export function checkWindows(file: Checked, context: z.core.$RefinementCtx): void {
  const refuse = (path: (string | number)[], what: string, known: object, found: string): void => {
    if (Object.hasOwn(known, found)) return;
    const list = Object.keys(known).join(', ') || 'none';
    const message = `expected a ${what} of this file (${list}), found "${found}"`;
    context.addIssue({ code: 'custom', path, message });
  };
  for (const [policy, { windows: asked }] of Object.entries(file.policies)) {
    for (const phase of PHASES) {
      for (const [index, each] of (asked?.[phase] ?? []).entries()) {
        refuse(['policies', policy, 'windows', phase, index], 'window', file.windows, each);
      }
    }
  }
  for (const [index, { clusters = [], name: freeze }] of file.freezes.entries()) {
    for (const [at, each] of clusters.entries()) {
      refuse(['freezes', index, 'clusters', at], 'cluster', file.clusters, each);
    }
    if (file.freezes.findIndex((other) => other.name === freeze) === index) continue;
    const message = `expected another name, found "${freeze}" twice`;
    context.addIssue({ code: 'custom', path: ['freezes', index, 'name'], message });
  }
}
