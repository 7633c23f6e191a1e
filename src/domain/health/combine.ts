import type { Condition, HealthStatus, Verdict } from './verdict.ts';

/** Worst first. */
const ORDER: readonly HealthStatus[] = ['Degraded', 'Unknown', 'Progressing', 'Healthy'];

/** The worst condition decides; no condition at all is no evidence, hence `Unknown`. */
export function combine(conditions: readonly Condition[]): Verdict {
  const status = ORDER.find((each) => conditions.some((condition) => condition.status === each));
  return { status: status ?? 'Unknown', conditions };
}

/** What keeps a verdict from being healthy, in words. */
export function explain({ conditions }: Verdict): string {
  const unmet = conditions.filter(({ status }) => status !== 'Healthy');
  return (unmet.length > 0 ? unmet : conditions).map(({ message }) => message).join('; ');
}
