import { formatRef, refOf, type KubernetesObject } from '../kubernetes-object.ts';
import { referencedDeployment } from './workload-shape.ts';

interface CanaryShape {
  readonly spec?: { readonly targetRef?: { readonly kind?: string; readonly name?: string } };
}

/** Suffix of the copy that really serves while Flagger keeps a Canary's target. */
const FLAGGER_COPY = '-primary';

/**
 * Which Argo Rollout or Flagger Canary changes a workload by itself, by `Kind namespace/name` of the
 * workload.
 */
export function progressiveDelivery(
  rollouts: readonly KubernetesObject[],
  canaries: readonly KubernetesObject[],
): ReadonlyMap<string, string> {
  const byRollouts = rollouts.flatMap((rollout): [string, string][] => {
    const name = formatRef(refOf(rollout));
    const deployment = referencedDeployment(rollout);
    return [
      [name, name],
      ...(deployment === undefined ? [] : [[deployment, name] as [string, string]]),
    ];
  });
  const byCanaries = canaries.flatMap((canary): [string, string][] => {
    const { kind, name } = (canary as KubernetesObject & CanaryShape).spec?.targetRef ?? {};
    if (kind === undefined || name === undefined) return [];
    const target = { ...refOf(canary), kind, name };
    return [target, { ...target, name: `${name}${FLAGGER_COPY}` }].map((each) => [
      formatRef(each),
      formatRef(refOf(canary)),
    ]);
  });
  return new Map([...byRollouts, ...byCanaries]);
}
