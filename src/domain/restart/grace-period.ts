import type { KubernetesObject } from '../kubernetes-object.ts';

/** What the API server sets where nobody did. */
const DEFAULT_SECONDS = 30;

interface WithGracePeriod {
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly terminationGracePeriodSeconds?: number } };
  };
}

/** `terminationGracePeriodSeconds` of a workload's pod template; `null` where it is not set. */
export function readGracePeriod(workload: KubernetesObject): number | null {
  const { spec } = workload as KubernetesObject & WithGracePeriod;
  return spec?.template?.spec?.terminationGracePeriodSeconds ?? null;
}

/**
 * The value that restarts a workload: 31 for 30 and 30 for 31, as people do it by hand on ACK, so that
 * restarts do not add up; one more for any other.
 */
export function toggleGracePeriod(seconds: number | null): number {
  const now = seconds ?? DEFAULT_SECONDS;
  return now === DEFAULT_SECONDS + 1 ? DEFAULT_SECONDS : now + 1;
}

/** Whether the value comes back at the next restart; other ones stay one longer than they were. */
export function isToggled(seconds: number | null): boolean {
  return [null, DEFAULT_SECONDS, DEFAULT_SECONDS + 1].includes(seconds);
}
