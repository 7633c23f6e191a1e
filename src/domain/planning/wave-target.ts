import type { PodFacts } from '../mesh/interpret-pods.ts';
import { isRefreshed } from '../refresh/proxy-target.ts';
import type { UpgradePlan } from './plan.ts';
import type { StepOf } from './step.ts';

/** What of a pod, or of a template that has a proxy in it, tells whose proxy it is. */
export type ProxyFacts = Pick<PodFacts, 'revision' | 'proxyImage'>;

/** The proxy that a wave brings: of the new revision, or as new as its control plane. */
export interface NewProxy {
  /** `1-26-1`, or the version where the revision stays. */
  readonly name: string;
  readonly isOn: (pod: ProxyFacts) => boolean;
}

export function newProxyOf(
  { to }: Pick<UpgradePlan, 'to'>,
  { target }: Pick<StepOf<'wave'>, 'target'>,
): NewProxy {
  return target === undefined
    ? { name: to.revision, isOn: ({ revision }) => revision === to.revision }
    : { name: target.version, isOn: (pod) => isRefreshed(pod, target) };
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
