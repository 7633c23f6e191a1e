import type { Finding } from '../../finding.ts';
import type { ControlPlaneDetail } from '../../inventory/control-plane-detail.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** A new revision that scales otherwise than the old one may be too small for the same mesh. */
export const controlPlaneAutoscalersRule: Rule = {
  documents: [
    {
      code: 'AutoscalersDiffer',
      severity: 'overridable',
      meaning:
        'the HorizontalPodAutoscalers of the control planes have different bounds, or only one of them has any.',
      remedy: 'give both the same bounds, through the installer.',
    },
  ],
  check: checkAutoscalers,
};

function checkAutoscalers({ mesh, inventory }: PreflightFacts): readonly Finding[] {
  const [first, ...others] = inventory.controlPlanes;
  if (first === undefined) return [];
  return others
    .filter((other) => boundsOf(other) !== boundsOf(first))
    .map((other) => ({
      code: 'AutoscalersDiffer',
      severity: 'overridable',
      subject: `HorizontalPodAutoscaler ${mesh.meshNamespace}/${other.autoscaler?.name ?? first.autoscaler?.name ?? 'istiod'}`,
      message: `expected revisions ${first.revision} and ${other.revision} to scale alike, found ${boundsOf(first)} and ${boundsOf(other)}`,
      remedy: `kubectl -n ${mesh.meshNamespace} get horizontalpodautoscalers -l app=istiod`,
    }));
}

function boundsOf({ autoscaler }: ControlPlaneDetail): string {
  return autoscaler === undefined ? 'no autoscaler' : `${autoscaler.min} to ${autoscaler.max}`;
}
