import type { PodFacts } from '../../domain/mesh/interpret-pods.ts';

/**
 * Pods that were asked to leave and may still be seen as if they stayed, by uid, with the moment (ms);
 * `LEFT` for those that are known to have left, however long a watch shows them.
 */
export type Asked = Map<string, number>;

export const LEFT = Number.POSITIVE_INFINITY;

/** A watch shows a write well within this time. */
export const UNSEEN_MS = 5000;

/** What was asked to leave a moment ago counts as leaving, whatever a watch has shown of it. */
export function withAsked(
  pods: readonly PodFacts[],
  asked: Asked,
  now: number,
): readonly PodFacts[] {
  return pods.map((pod) => {
    const at = asked.get(pod.uid);
    return at !== undefined && now - at < UNSEEN_MS ? { ...pod, terminating: true } : pod;
  });
}
