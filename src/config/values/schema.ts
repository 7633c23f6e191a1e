import * as z from 'zod';

/** `5s`, `30m`, `2h`, `7d`, or seconds as a number. Read as seconds. */
export const duration = z
  .union([z.string().regex(/^\d{1,6}(s|m|h|d)$/), z.number().int().nonnegative().max(31_536_000)], {
    error: 'expected a duration such as "30s", "10m", "2h" or "7d"',
  })
  .transform((value) => (typeof value === 'number' ? value : toSeconds(value)));

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

function toSeconds(text: string): number {
  return Number(text.slice(0, -1)) * (UNIT_SECONDS[text.slice(-1)] ?? Number.NaN);
}

export const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected a name of a-z, 0-9 and "-"');
