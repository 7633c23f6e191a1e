import { DEFAULT_VALIDATOR } from '../mesh/istio-labels.ts';
import type { PlanMaterial } from './plan-material.ts';
import type { ValidatorMove } from './step.ts';

/** The default validator, where it sends to the old revision. */
export function validatorMove({
  mesh,
  from,
  to,
}: Pick<PlanMaterial, 'mesh' | 'from' | 'to'>): ValidatorMove | undefined {
  if (mesh.defaultValidatorRevision !== from.revision) return undefined;
  return { name: DEFAULT_VALIDATOR, from: from.revision, to: to.revision };
}
