import { known } from '../../../../src/domain/inventory/known.ts';
import type { WorkloadDetail } from '../../../../src/domain/inventory/workload-detail.ts';
import { capacity, workloadDetail } from '../../../support/sample-inventory.ts';
import { samplePolicy, workload } from '../../../support/sample-mesh.ts';
import { found, inPlace, type RuleCase } from '../rule-case.ts';

const GIB = 2 ** 30;

/** Nodes with so much memory free each, and CPU and places enough unless said. */
function nodesWith(
  gibs: readonly number[],
  { milliCpu = 4000, pods = 50 }: { milliCpu?: number; pods?: number } = {},
) {
  const free = gibs.map((gib, index) => ({
    node: `node-${index}`,
    milliCpu,
    memoryBytes: gib * GIB,
    pods,
  }));
  return known(capacity({ nodes: free.length, free }));
}

/** Only this workload in the mesh; the two istiod pods that come want 2 GiB each. */
function surging(detail: Partial<WorkloadDetail>, gibs: readonly number[]) {
  return found(
    { workloads: [workloadDetail(detail)], capacity: nodesWith(gibs) },
    { workloads: [workload()] },
  );
}

/** A small workload and a large one of so many GiB, one pod at a time, on nodes with 4 GiB. */
function oneAtATime(gib: number) {
  const sizes = [
    { name: 'cart', requests: { milliCpu: 900, memoryBytes: GIB } },
    { name: 'store', requests: { milliCpu: 100, memoryBytes: gib * GIB } },
  ];
  const given = found(
    {
      workloads: sizes.map((size) => workloadDetail({ ...size, surge: 1 })),
      capacity: nodesWith([4, 4, 4]),
    },
    { workloads: sizes.map(({ name }) => workload({ name })) },
  );
  const restart = { maxPodsInFlight: 1, workloadDeadlineSeconds: 600 };
  return { ...given, policy: samplePolicy({ restart }) };
}

const FOUR_GIB = { milliCpu: 100, memoryBytes: 4 * GIB };
const SURGE = ['overridable', 'wave of shop'] as const;
const PLANE = ['overridable', 'revision 1-26-1 in istio-system'] as const;

/** Room for what comes beside what is there. */
export const CAPACITY_CASES: readonly RuleCase[] = [
  {
    code: 'ControlPlaneDoesNotFit',
    policy: 'asks about a new istiod that fits into the sum of the nodes but on none of them',
    given: found({ capacity: nodesWith([1.5, 1.5, 1.5, 1.5]) }),
    expected: [PLANE],
    nearMiss: {
      what: 'two nodes with room for one each',
      given: found({ capacity: nodesWith([2.5, 2.5, 2]) }),
    },
  },
  {
    code: 'ControlPlaneDoesNotFit',
    policy: 'asks about nodes with memory but without CPU',
    given: found({ capacity: nodesWith([8, 8], { milliCpu: 400 }) }),
    expected: [PLANE],
    also: [],
    nearMiss: {
      what: 'nodes with CPU for one each',
      given: found({ capacity: nodesWith([8, 8], { milliCpu: 700 }) }),
    },
  },
  {
    code: 'ControlPlaneDoesNotFit',
    policy: 'asks about nodes that take no more pods',
    given: found({ capacity: nodesWith([8, 8], { pods: 0 }) }),
    expected: [PLANE],
    also: ['SurgeDoesNotFit'],
    nearMiss: {
      what: 'nodes that take some',
      given: found({ capacity: nodesWith([8, 8], { pods: 5 }) }),
    },
  },
  {
    code: 'ControlPlaneDoesNotFit',
    policy: 'asks in place too, since istiod surges by its own number',
    given: inPlace(found({ capacity: nodesWith([1.5, 1.5]) })),
    expected: [['overridable', 'revision 1-25-1 in istio-system']],
    nearMiss: {
      what: 'nodes with room',
      given: inPlace(found({ capacity: nodesWith([4, 4]) })),
    },
  },
  {
    code: 'SurgeDoesNotFit',
    policy: 'asks about surge pods that fit into the sum of the nodes but on none of them',
    given: surging({ surge: 1, requests: FOUR_GIB }, [3, 3, 3, 3]),
    expected: [SURGE],
    nearMiss: {
      what: 'one node with room for it',
      given: surging({ surge: 1, requests: FOUR_GIB }, [3, 3, 4]),
    },
  },
  {
    code: 'SurgeDoesNotFit',
    policy: 'asks about surge pods for which the new istiod takes the room',
    given: surging({ surge: 2, requests: FOUR_GIB }, [8.5, 1]),
    expected: [SURGE],
    nearMiss: {
      what: 'room for both',
      given: surging({ surge: 2, requests: FOUR_GIB }, [12.5, 1]),
    },
  },
  {
    code: 'SurgeDoesNotFit',
    policy: 'asks about more surge pods at once than there is room for',
    given: surging({ surge: 9, requests: FOUR_GIB }, [20, 19]),
    expected: [SURGE],
    nearMiss: {
      what: 'as many as the policy lets be on their way',
      given: {
        ...surging({ surge: 9, requests: FOUR_GIB }, [20, 19]),
        policy: samplePolicy({
          restart: { maxPodsInFlight: 8, workloadDeadlineSeconds: 600 },
        }),
      },
    },
  },
  {
    code: 'SurgeDoesNotFit',
    policy: 'asks about the largest of the pods that may be on their way, not the first',
    given: oneAtATime(6),
    expected: [SURGE],
    nearMiss: { what: 'room for the largest', given: oneAtATime(3) },
  },
  {
    code: 'SurgeDoesNotFit',
    policy: 'asks in place about the surge of a namespace',
    given: inPlace(surging({ surge: 1, requests: FOUR_GIB }, [3, 3])),
    expected: [SURGE],
    nearMiss: {
      what: 'a workload that adds none',
      given: inPlace(surging({ surge: 0, requests: FOUR_GIB }, [3, 3])),
    },
  },
];
