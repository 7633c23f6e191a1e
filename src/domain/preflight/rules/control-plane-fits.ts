import type { Finding } from '../../finding.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { addedControlPlanePods } from '../control-plane-pods.ts';
import { fitPods, formatAmount } from '../fit-pods.ts';

/** The new istiod needs room beside the old one. */
export const controlPlaneFitsRule: Rule = {
  documents: [
    {
      code: 'ControlPlaneDoesNotFit',
      severity: 'overridable',
      meaning:
        'no node has room for the pods of the new control plane beside the running one, by their requests against what is allocatable and free.',
      remedy:
        'add a node or free one; accept it by name where an autoscaler of the cluster adds nodes.',
    },
  ],
  check: checkRoom,
};

function checkRoom(facts: PreflightFacts): readonly Finding[] {
  const { mesh, inventory, targetRevision } = facts;
  if (inventory.capacity.kind === 'unknown') return [];
  const pods = addedControlPlanePods(facts);
  const { free, nodes } = inventory.capacity.value;
  const { unplaced } = fitPods(pods, free);
  const [largest] = unplaced;
  if (largest === undefined) return [];
  return [
    {
      code: 'ControlPlaneDoesNotFit',
      severity: 'overridable',
      subject: `revision ${targetRevision} in ${mesh.meshNamespace}`,
      message: `expected room for ${pods.length} pods of istiod beside the running ones, each on one node with ${formatAmount(largest)} free, found none for ${unplaced.length} of them on ${nodes} nodes`,
      remedy: 'kubectl describe nodes, then add one or free one',
    },
  ];
}
