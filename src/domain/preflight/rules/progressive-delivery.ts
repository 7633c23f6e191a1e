import type { Finding } from '../../finding.ts';
import type { WorkloadDetail } from '../../inventory/workload-detail.ts';
import type { Rule } from '../facts.ts';
import { nameWorkload } from '../name-objects.ts';

/** A change of a template that somebody watches is a release, and nobody asked for one. */
export const progressiveDeliveryRule: Rule = {
  documents: [
    {
      code: 'ProgressiveDelivery',
      severity: 'overridable',
      meaning:
        'a workload whose pod template a Flagger Canary or an Argo Rollout watches runs pods with a proxy: an analysis is under way, or a Deployment that lends its template to a Rollout still runs pods of its own. meshlift leaves such a workload alone, since a new template would begin a release, and the old control plane is not removed while its pods use it.',
      remedy:
        'wait until the analysis has ended, or scale the Deployment to none; accepted by name, the run waits for that before the removal.',
    },
  ],
  check: ({ inventory }) => inventory.workloads.flatMap(checkWorkload),
};

function checkWorkload(workload: WorkloadDetail): readonly Finding[] {
  const { deliveryRole, progressiveDelivery, namespace, podsWithProxy } = workload;
  // A Rollout is moved by its own restart, and of a Canary the copy that serves: nobody watches these.
  const isWatched = deliveryRole === 'target' || deliveryRole === 'template';
  if (!isWatched || progressiveDelivery === undefined || podsWithProxy === 0) return [];
  return [
    {
      code: 'ProgressiveDelivery',
      severity: 'overridable',
      subject: nameWorkload(workload),
      message: `expected no pods of a template that ${progressiveDelivery} watches, found ${podsWithProxy} with a proxy, which are left alone`,
      remedy: `wait until they are gone: kubectl -n ${namespace} get canaries.flagger.app,rollouts.argoproj.io`,
    },
  ];
}
