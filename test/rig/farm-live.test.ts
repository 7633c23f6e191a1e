import { describe, expect, it } from '@jest/globals';
import { buildFarmStages } from '../../rig/mesh/farm-live/farm-stages.ts';
import { buildFarmWorkload, FAILS_BY, READY_AFTER } from '../../rig/mesh/farm-live/farm-objects.ts';
import { planFarm, type LiveFarmSize } from '../../rig/mesh/farm-live/plan-farm.ts';
import { isRolledOut } from '../../rig/mesh/farm-live/wait-for-workloads.ts';

const workloadsOf = (size: LiveFarmSize) =>
  planFarm(size).flatMap((namespace) => namespace.workloads);

describe('a farm of workloads that run', () => {
  it.each([50, 200, 1000])('of %d has three budgets among ten workloads', (workloads) => {
    const all = workloadsOf({ workloads });

    expect(all).toHaveLength(workloads);
    expect(all.filter(({ budget }) => budget !== undefined)).toHaveLength(workloads * 0.3);
  });

  it('has a Deployment of each budget: loose, full with surge, stricter than the rollout', () => {
    const shapes = workloadsOf({ workloads: 40 }).flatMap(({ kind, replicas, budget, strategy }) =>
      kind === 'Deployment' && budget !== undefined ? [{ replicas, budget, strategy }] : [],
    );

    expect(shapes).toHaveLength(8);
    expect(shapes).toEqual(
      expect.arrayContaining([
        { replicas: 2, budget: { maxUnavailable: 1 } },
        { replicas: 2, budget: { minAvailable: 1 } },
        {
          replicas: 2,
          budget: { minAvailable: 2 },
          strategy: { maxSurge: 1, maxUnavailable: 0 },
        },
        { replicas: 8, budget: { maxUnavailable: 1 } },
      ]),
    );
  });

  it('never asks for more full budgets than a request can override', () => {
    const full = workloadsOf({ workloads: 5000 }).filter(
      ({ budget }) => budget !== undefined && 'minAvailable' in budget && budget.minAvailable === 2,
    );

    expect(full).toHaveLength(80);
  });

  it.each([
    [{ workloads: 200 }, 20],
    [{ workloads: 200, slowPercent: 20 }, 40],
    [{ workloads: 200, slowPercent: 0 }, 0],
  ])('of %j has %d slow workloads', (size, expected) => {
    const slow = workloadsOf(size).filter(
      ({ readyAfterSeconds }) => readyAfterSeconds !== undefined,
    );

    expect(slow).toHaveLength(expected);
  });
});

describe('a farm of workloads that run, when it is asked for,', () => {
  it('has as many that fail as asked for, of both ways, and none without being asked', () => {
    const failing = workloadsOf({ workloads: 100, failing: 5 }).map(({ failsBy }) => failsBy);

    expect(failing.filter((each) => each === 'crash')).toHaveLength(3);
    expect(failing.filter((each) => each === 'never-ready')).toHaveLength(2);
    expect(workloadsOf({ workloads: 100 }).every(({ failsBy }) => failsBy === undefined)).toBe(
      true,
    );
  });

  it('has DaemonSets and single replicas only when it is mixed', () => {
    const odd = (size: LiveFarmSize) =>
      workloadsOf(size).filter(({ kind, replicas }) => kind === 'DaemonSet' || replicas === 1);

    expect(odd({ workloads: 100 })).toEqual([]);
    expect(odd({ workloads: 100, isMixed: true })).toHaveLength(8);
  });

  it('joins the mesh by the tag and by the name of the revision', () => {
    const selectors = planFarm({ workloads: 200 }).map(({ labels }) => labels['istio.io/rev']);

    expect(selectors.filter((each) => each === 'prod-stable')).toHaveLength(8);
    expect(selectors.filter((each) => each === '1-25-1')).toHaveLength(2);
  });

  it('is the same for the same size', () => {
    const size = { workloads: 120, isMixed: true, failing: 7 };

    expect(planFarm(size)).toEqual(planFarm(size));
    expect(planFarm(size)).not.toEqual(planFarm({ ...size, failing: 6 }));
  });
});

describe('the objects of a farm', () => {
  it('mark slow and failing pods for KWOK, and put the budget before its pods', () => {
    const objects = buildFarmWorkload('farm-live-000', {
      name: 'app-00001',
      kind: 'Deployment',
      replicas: 2,
      budget: { minAvailable: 1 },
      readyAfterSeconds: 5,
      failsBy: 'crash',
    });

    expect(objects.map(({ kind }) => kind)).toEqual(['PodDisruptionBudget', 'Deployment']);
    expect(objects[1]).toHaveProperty('spec.template.metadata.annotations', {
      [READY_AFTER]: '5s',
      [FAILS_BY]: 'crash',
    });
  });

  it('are played by stages that outweigh the ordinary one, and look at marked pods only', async () => {
    const stages = await buildFarmStages();

    expect(stages.map(({ metadata }) => metadata.name)).toEqual([
      'farm-pod-ready',
      'farm-new-proxy-crashes',
      'farm-new-proxy-never-ready',
    ]);
    for (const stage of stages) {
      const spec = stage['spec'] as { weight: number };
      expect(spec.weight).toBeGreaterThan(0);
      expect(JSON.stringify(stage)).toMatch(/metadata\.annotations\[\\"rig\.meshlift\.dev/);
      expect(JSON.stringify(stage)).not.toContain('STARTING_VERSION');
    }
  });
});

describe('a rollout of a farm', () => {
  const metadata = { namespace: 'a', name: 'b', uid: 'u', generation: 3 };
  const done = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  const spec = { replicas: 2 };

  it.each([
    ['through', { ...done, observedGeneration: 3 }, true],
    ['not looked at yet', { ...done, observedGeneration: 2 }, false],
    ['still with an old pod', { ...done, observedGeneration: 3, replicas: 3 }, false],
    ['short of a ready pod', { ...done, observedGeneration: 3, availableReplicas: 1 }, false],
    ['without any status', {}, false],
  ])('is %s', (_name, status, expected) => {
    expect(isRolledOut({ metadata, spec, status })).toBe(expected);
  });

  it.each([
    [3, true],
    [2, false],
  ])('of a DaemonSet is judged by its nodes: %d of 3', (available, expected) => {
    const status = {
      ...{ observedGeneration: 3, desiredNumberScheduled: 3, updatedNumberScheduled: 3 },
      numberAvailable: available,
    };

    expect(isRolledOut({ metadata, spec: {}, status })).toBe(expected);
  });
});
