import type { Finding } from '../../finding.ts';
import type { AutoscalerFacts } from '../../inventory/capacity.ts';
import type { WorkloadDetail } from '../../inventory/workload-detail.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { informOnce, nameWorkload } from '../name-objects.ts';

/** The kinds whose replicas are somebody's choice; a DaemonSet has one pod a node. */
const SCALED_KINDS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'Rollout']);

/** A workload of one replica has nobody beside it while that one is replaced. */
export const workloadRedundantRule: Rule = {
  documents: [
    {
      code: 'WorkloadNotRedundant',
      severity: 'info for a canary (one finding for all of them), overridable in place',
      meaning:
        'a meshed workload has a single replica, or its HorizontalPodAutoscaler may go down to one: nobody stands beside it when its pod is replaced.',
      remedy: 'give it a second replica, at least for the time of the upgrade.',
    },
  ],
  check: checkWorkloads,
};

const MESSAGE = 'expected at least 2 replicas, found a single one or an autoscaler with minimum 1';

function checkWorkloads({ inventory, strategy }: PreflightFacts): readonly Finding[] {
  const autoscalers = inventory.autoscalers.kind === 'known' ? inventory.autoscalers.value : [];
  const minimums = new Map(autoscalers.map((each) => [targetOf(each), each.min]));
  const alone = inventory.workloads.filter((workload) => isAlone(workload, minimums));
  switch (strategy) {
    case 'canary':
      return informOnce({
        code: 'WorkloadNotRedundant',
        subjects: alone.map(nameWorkload),
        noun: 'workloads',
        message: MESSAGE,
        remedy: 'kubectl scale them to 2, or raise minReplicas of their autoscalers',
      });
    case 'in-place':
      return alone.map((workload) => ({
        code: 'WorkloadNotRedundant',
        severity: 'overridable',
        subject: nameWorkload(workload),
        message: MESSAGE,
        remedy: `kubectl -n ${workload.namespace} scale ${workload.kind.toLowerCase()}/${workload.name} --replicas=2 (or raise minReplicas of its autoscaler)`,
      }));
  }
}

function isAlone(workload: WorkloadDetail, minimums: ReadonlyMap<string, number>): boolean {
  const { kind, replicas, podsWithProxy } = workload;
  // Scaled to nothing on purpose: nobody is served by it.
  if (!SCALED_KINDS.has(kind) || podsWithProxy === 0 || replicas === 0) return false;
  return replicas === 1 || (minimums.get(nameWorkload(workload)) ?? 2) < 2;
}

function targetOf({ namespace, target }: AutoscalerFacts): string {
  return nameWorkload({ ...target, namespace });
}
