import Table from 'cli-table3';
import type { Check } from './topic.ts';

export interface Shown {
  readonly topic: string;
  readonly checks: readonly Check[];
}

/** Everything held, and something was looked at. */
export function isShown(checks: readonly Check[]): boolean {
  return checks.length > 0 && checks.every(({ ok }) => ok);
}

export function renderJson({ topic, checks }: Shown): string {
  return `${JSON.stringify({ topic, checks })}\n`;
}

export function renderTable({ topic, checks }: Shown): string {
  const table = new Table({
    head: ['check', 'figure', 'bound', 'ok'],
    colWidths: [44, 44, 30, 6],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { name, value, bound, ok } of checks) {
    table.push([name, String(value), bound, ok ? 'yes' : 'NO']);
  }
  const failed = checks.filter(({ ok }) => !ok).length;
  const sum =
    failed === 0
      ? `${topic}: all ${checks.length} checks hold`
      : `${topic}: ${failed} of ${checks.length} checks fall short`;
  return `${table.toString()}\n${sum}\n`;
}
