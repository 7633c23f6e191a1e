import type { KubernetesObject } from '../kubernetes-object.ts';

interface RolloutShape {
  readonly spec?: { readonly restartAt?: string };
}

/** `spec.restartAt` of an Argo Rollout; `null` when it is not there. */
export function restartAtOf(rollout: KubernetesObject): string | null {
  return (rollout as KubernetesObject & RolloutShape).spec?.restartAt ?? null;
}

/** Whether a restart at this time is asked for already: by that time or by a later one. */
export function isAtLeast(restartAt: string | null, wanted: string): boolean {
  return restartAt !== null && Date.parse(restartAt) >= Date.parse(wanted);
}

/**
 * The time for a restart that is asked for now. The controller replaces pods that are older than it, in
 * whole seconds, so a pod of this very second is older only than the next one; until then it waits.
 */
export function restartTime(nowMs: number): string {
  const next = new Date((Math.floor(nowMs / 1000) + 1) * 1000);
  return next.toISOString().replace('.000Z', 'Z');
}
