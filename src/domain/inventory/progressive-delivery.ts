import { formatRef, refOf, type KubernetesObject } from '../kubernetes-object.ts';
import type { DeliveryRole } from './workload-detail.ts';
import { referencedDeployment } from './workload-shape.ts';

interface CanaryShape {
  readonly spec?: { readonly targetRef?: { readonly kind?: string; readonly name?: string } };
}

/** Suffix of the copy that really serves while Flagger keeps a Canary's target. */
const FLAGGER_COPY = '-primary';

/** Who changes a workload by itself, and what the workload is to it. */
export interface Delivery {
  /** `Canary shop/cart`. */
  readonly by: string;
  readonly role: DeliveryRole;
}

/**
 * Which Argo Rollout or Flagger Canary changes a workload by itself, by `Kind namespace/name` of the
 * workload.
 */
export function progressiveDelivery(
  rollouts: readonly KubernetesObject[],
  canaries: readonly KubernetesObject[],
): ReadonlyMap<string, Delivery> {
  const byRollouts = rollouts.flatMap((rollout): [string, Delivery][] => {
    const by = formatRef(refOf(rollout));
    const deployment = referencedDeployment(rollout);
    return [
      [by, { by, role: 'rollout' }],
      ...(deployment === undefined
        ? []
        : [[deployment, { by, role: 'template' }] as [string, Delivery]]),
    ];
  });
  const byCanaries = canaries.flatMap((canary): [string, Delivery][] => {
    const { kind, name } = (canary as KubernetesObject & CanaryShape).spec?.targetRef ?? {};
    if (kind === undefined || name === undefined) return [];
    const by = formatRef(refOf(canary));
    const target = { ...refOf(canary), kind, name };
    return [
      [formatRef(target), { by, role: 'target' }],
      [formatRef({ ...target, name: `${name}${FLAGGER_COPY}` }), { by, role: 'primary' }],
    ];
  });
  return new Map([...byRollouts, ...byCanaries]);
}
