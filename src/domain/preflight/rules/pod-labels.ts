import { REVISION_LABEL } from '../../mesh/istio-labels.ts';
import { selectedRevision } from '../../mesh/select-revision.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import type { Finding } from '../../finding.ts';
import { informOnce, nameWorkload } from '../name-objects.ts';

/** Who labels pods expects that to count; next to a label of their namespace it does not. */
export const podLabelsRule: Rule = {
  documents: [
    {
      code: 'PodLabelWithoutEffect',
      severity: 'info (one finding for all of them)',
      meaning:
        'the pod template of a meshed workload carries the label `istio.io/rev`, and its namespace selects a revision by a label of its own, which wins: the workload moves with its namespace, and the label of its pods stays as it is.',
      remedy: 'remove the label from the pod template.',
    },
  ],
  check: checkPodLabels,
};

function checkPodLabels({ mesh, inventory }: PreflightFacts): readonly Finding[] {
  const selecting = new Set(
    mesh.namespaces
      .filter(({ selection }) => selectedRevision(selection) !== undefined)
      .map(({ name }) => name),
  );
  const labelled = inventory.workloads.filter(
    ({ namespace, podLabels, podsWithProxy }) =>
      podsWithProxy > 0 && selecting.has(namespace) && Object.hasOwn(podLabels, REVISION_LABEL),
  );
  return informOnce({
    code: 'PodLabelWithoutEffect',
    subjects: labelled.map(nameWorkload),
    noun: 'workloads',
    message: `expected ${REVISION_LABEL} on the namespace or on the pods, found it on pods of a namespace that selects by itself, where it has no effect`,
    remedy: `remove ${REVISION_LABEL} from the pod template`,
  });
}
