import type { Finding } from '../../finding.ts';
import type { ResourceAmount } from '../../inventory/capacity.ts';
import type { WorkloadDetail } from '../../inventory/workload-detail.ts';
import type { WorkloadRef } from '../../mesh/observed-mesh.ts';
import { buildWaves } from '../../planning/waves.ts';
import { currentControlPlanes, type PreflightFacts, type Rule } from '../facts.ts';
import { addedControlPlanePods } from '../control-plane-pods.ts';
import { fitPods, formatAmount, type NodeRoom } from '../fit-pods.ts';
import { nameSome, nameWorkload } from '../name-objects.ts';
import { waveOptionsOf } from '../wave-options.ts';

/** A rolling restart adds pods before it takes any away. */
export const surgeFitsRule: Rule = {
  documents: [
    {
      code: 'SurgeDoesNotFit',
      severity: 'overridable',
      meaning:
        'no node has room for the pods that a wave adds while it restarts (`maxSurge`, at most as many as the policy lets be on their way at once), beside the new control plane.',
      remedy:
        'add a node or free one, lower `maxSurge` or the number of pods in flight; accept it by name where an autoscaler of the cluster adds nodes.',
    },
  ],
  check: checkSurge,
};

interface Crowd {
  readonly namespaces: readonly string[];
  readonly pods: readonly ResourceAmount[];
  readonly unplaced: readonly ResourceAmount[];
}

function checkSurge(facts: PreflightFacts): readonly Finding[] {
  const { capacity } = facts.inventory;
  if (capacity.kind === 'unknown') return [];
  const { rooms } = fitPods(addedControlPlanePods(facts), capacity.value.free);
  const [worst] = crowdsOf(facts, rooms)
    .filter(({ unplaced }) => unplaced.length > 0)
    .sort((a, b) => b.unplaced.length - a.unplaced.length);
  const [largest] = worst?.unplaced ?? [];
  if (worst === undefined || largest === undefined) return [];
  return [
    {
      code: 'SurgeDoesNotFit',
      severity: 'overridable',
      subject: `wave of ${nameSome(worst.namespaces)}`,
      message: `expected room for the ${worst.pods.length} pods that this wave adds at once, found none for ${worst.unplaced.length} of them: the largest needs a node with ${formatAmount(largest)} free`,
      remedy: 'kubectl describe nodes, then add one or free one',
    },
  ];
}

function crowdsOf(facts: PreflightFacts, rooms: readonly NodeRoom[]): readonly Crowd[] {
  const details = new Map(
    facts.inventory.workloads.map((detail) => [nameWorkload(detail), detail]),
  );
  return wavesOf(facts).map(({ namespaces, workloads }) => {
    const pods = workloads
      .flatMap((workload) => surgeOf(details.get(nameWorkload(workload))))
      .sort((a, b) => b.memoryBytes - a.memoryBytes || b.milliCpu - a.milliCpu)
      .slice(0, facts.policy?.restart.maxPodsInFlight);
    return { namespaces, pods, unplaced: fitPods(pods, rooms).unplaced };
  });
}

function surgeOf(detail: WorkloadDetail | undefined): readonly ResourceAmount[] {
  if (detail === undefined) return [];
  return Array.from({ length: detail.surge }, () => detail.requests);
}

interface WaveOfWorkloads {
  readonly namespaces: readonly string[];
  readonly workloads: readonly WorkloadRef[];
}

function wavesOf(facts: PreflightFacts): readonly WaveOfWorkloads[] {
  const { mesh, targetRevision, strategy } = facts;
  switch (strategy) {
    case 'canary':
      return currentControlPlanes(facts).flatMap(({ revision }) =>
        buildWaves(mesh, { from: revision, to: targetRevision }, waveOptionsOf(facts, revision)),
      );
    case 'in-place':
      return [...Map.groupBy(mesh.workloads, ({ namespace }) => namespace)].map(
        ([namespace, workloads]) => ({ namespaces: [namespace], workloads }),
      );
  }
}
