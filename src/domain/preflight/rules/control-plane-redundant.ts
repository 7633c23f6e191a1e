import type { Finding } from '../../finding.ts';
import { currentControlPlanes, type PreflightFacts, type Rule } from '../facts.ts';

/** A control plane of one replica is gone for a moment whenever that one is replaced. */
export const controlPlaneRedundantRule: Rule = {
  documents: [
    {
      code: 'ControlPlaneNotRedundant',
      severity: 'info for a canary, overridable in place',
      meaning:
        'istiod has a single replica, or its HorizontalPodAutoscaler may go down to one: in place, injection and configuration stand still while that one is replaced.',
      remedy: 'give it two replicas, through the installer.',
    },
  ],
  check: checkRedundancy,
};

function checkRedundancy(facts: PreflightFacts): readonly Finding[] {
  const { mesh, inventory, strategy } = facts;
  return currentControlPlanes(facts).flatMap(({ revision, deployment, replicas }): Finding[] => {
    const autoscaler = inventory.controlPlanes.find(
      (detail) => detail.revision === revision,
    )?.autoscaler;
    const mayShrink = autoscaler !== undefined && autoscaler.min < 2;
    if (replicas >= 2 && !mayShrink) return [];
    return [
      {
        code: 'ControlPlaneNotRedundant',
        severity: strategy === 'canary' ? 'info' : 'overridable',
        subject: `Deployment ${mesh.meshNamespace}/${deployment}`,
        message: `expected at least 2 replicas of istiod, found ${replicas}${mayShrink ? ` and HorizontalPodAutoscaler ${autoscaler.name} with a minimum of ${autoscaler.min}` : ''}`,
        remedy:
          'istioctl install with values.pilot.autoscaleMin=2 (without an autoscaler: values.pilot.replicaCount=2)',
      },
    ];
  });
}
