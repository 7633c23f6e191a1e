import type { Finding } from '../../finding.ts';
import { currentControlPlanes, type PreflightFacts, type Rule } from '../facts.ts';

/** A control plane that is rolling out is being changed by somebody, or is not well. */
export const controlPlaneSettledRule: Rule = {
  documents: [
    {
      code: 'ControlPlaneRollingOut',
      severity: 'overridable',
      meaning:
        'a control plane is not what its Deployment asks for: somebody is changing it now, or it does not become ready.',
      remedy: 'wait until it has settled, or find out why it does not.',
    },
  ],
  check: checkSettled,
};

function checkSettled(facts: PreflightFacts): readonly Finding[] {
  const { mesh, inventory } = facts;
  return currentControlPlanes(facts)
    .filter(
      ({ revision }) =>
        inventory.controlPlanes.find((detail) => detail.revision === revision)?.isRollingOut ===
        true,
    )
    .map(({ deployment, readyReplicas, replicas }) => ({
      code: 'ControlPlaneRollingOut',
      severity: 'overridable',
      subject: `Deployment ${mesh.meshNamespace}/${deployment}`,
      message: `expected a control plane that nobody changes, found a rollout with ${readyReplicas} of ${replicas} replicas updated and ready`,
      remedy: `kubectl -n ${mesh.meshNamespace} rollout status deployment/${deployment}`,
    }));
}
