import type { PodFacts } from '../mesh/interpret-pods.ts';
import { isRefreshed } from '../refresh/proxy-target.ts';
import type { UpgradePlan } from './plan.ts';
import type { StepOf } from './step.ts';

/** Whether a pod has the proxy that a wave brings: of the new revision, or as new as its control plane. */
export function onTargetOf(
  { to }: Pick<UpgradePlan, 'to'>,
  { target }: Pick<StepOf<'wave'>, 'target'>,
): (pod: PodFacts) => boolean {
  if (target === undefined) return ({ revision }) => revision === to.revision;
  return (pod) => isRefreshed(pod, target);
}

/** What a wave brings, in words: `injected by 1-26-1`, `with a proxy of 1.26.1`. */
export function describeTarget(
  { to }: Pick<UpgradePlan, 'to'>,
  { target }: Pick<StepOf<'wave'>, 'target'>,
): string {
  return target === undefined
    ? `injected by ${to.revision}`
    : `injected by ${target.revision} with a proxy of ${target.version}`;
}
