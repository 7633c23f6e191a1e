import type { Finding } from '../../finding.ts';
import { RESTARTABLE_KINDS } from '../../mesh/observed-mesh.ts';
import type { Rule } from '../facts.ts';
import { nameWorkload } from '../name-objects.ts';

/** A restart changes the pod template, and who watches templates takes that for a release. */
export const progressiveDeliveryRule: Rule = {
  documents: [
    {
      code: 'ProgressiveDelivery',
      severity: 'overridable',
      meaning:
        'a Flagger Canary or an Argo Rollout watches the pod template of a meshed workload: the restart that brings the new proxy would begin an analysis, and may be rolled back by it.',
      remedy: 'suspend the analysis for the time of the upgrade, or accept that it runs.',
    },
  ],
  check: ({ inventory }) =>
    inventory.workloads.flatMap((workload): Finding[] => {
      const { progressiveDelivery, kind, namespace, podsWithProxy } = workload;
      // A Rollout itself cannot be moved at all: that is `WorkloadCannotBeMoved`.
      const isOurs = RESTARTABLE_KINDS.some((each) => each === kind);
      if (progressiveDelivery === undefined || !isOurs || podsWithProxy === 0) return [];
      return [
        {
          code: 'ProgressiveDelivery',
          severity: 'overridable',
          subject: nameWorkload(workload),
          message: `expected nobody to act when the pod template changes, found ${progressiveDelivery}`,
          remedy: `suspend it for the time of the upgrade: kubectl -n ${namespace} get canaries.flagger.app,rollouts.argoproj.io`,
        },
      ];
    }),
};
