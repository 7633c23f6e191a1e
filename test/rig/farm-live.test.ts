import { describe, expect, it } from '@jest/globals';
import { buildFarmStages } from '../../rig/mesh/farm-live/farm-stages.ts';
import {
  buildFarmWorkload,
  changeOnceReady,
  FAILS_BY,
  READY_AFTER,
} from '../../rig/mesh/farm-live/farm-objects.ts';
import { fateOf } from '../../rig/mesh/farm-live/mixed-kinds.ts';
import { LIVE_KINDS, planFarm, type LiveFarmSize } from '../../rig/mesh/farm-live/plan-farm.ts';
import { isRolledOut, type FarmWorkload } from '../../rig/mesh/farm-live/wait-for-workloads.ts';

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

  it('has every kind only when it is mixed, and as many budgets', () => {
    const kindsOf = (size: LiveFarmSize) => new Set(workloadsOf(size).map(({ kind }) => kind));
    const mixed = workloadsOf({ workloads: 100, isMixed: true });

    expect(kindsOf({ workloads: 100 })).toEqual(new Set(['Deployment', 'StatefulSet']));
    expect(kindsOf({ workloads: 100, isMixed: true })).toEqual(new Set(LIVE_KINDS));
    expect(mixed.filter(({ budget }) => budget !== undefined)).toHaveLength(30);
  });

  it('has what is paused, deleted by hand, parted and opted out, which a template does not move', () => {
    const oddities = workloadsOf({ workloads: 50, isMixed: true }).flatMap(({ kind, oddity }) =>
      oddity === undefined ? [] : [`${kind} ${oddity}`],
    );

    expect(oddities.toSorted()).toEqual([
      'DaemonSet on-delete',
      'Deployment opted-out',
      'Deployment paused',
      'Deployment paused',
      'StatefulSet on-delete',
      'StatefulSet on-delete',
      'StatefulSet partition',
      'StatefulSet partition',
    ]);
  });

  it('says what becomes of each: moved, kept as it is, or failing with the new proxy', () => {
    const fates = workloadsOf({ workloads: 100, isMixed: true, failing: 5 }).map(fateOf);

    expect(Object.fromEntries(Map.groupBy(fates, (fate) => fate))).toMatchObject({
      moved: { length: 90 },
      kept: { length: 4 },
      empty: { length: 1 },
      fails: { length: 5 },
    });
  });

  it('lets none fail that has a budget, or that a template does not move', () => {
    const failing = workloadsOf({ workloads: 200, isMixed: true, failing: 40 }).filter(
      (workload) => fateOf(workload) === 'fails',
    );

    expect(failing).toHaveLength(40);
    expect(failing.filter(({ budget, oddity }) => budget ?? oddity)).toEqual([]);
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

  it('pause what is to be paused once it runs, since it would get no pods before', () => {
    const workload = { name: 'app-00003', kind: 'Deployment', replicas: 2 } as const;

    expect(changeOnceReady({ ...workload, oddity: 'paused' })).toEqual({ spec: { paused: true } });
    expect(changeOnceReady(workload)).toBeUndefined();
    expect(buildFarmWorkload('a', { ...workload, oddity: 'paused' })[0]).not.toHaveProperty(
      'spec.paused',
    );
  });

  it.each([
    ['StatefulSet', 'on-delete', 'apps/v1', { updateStrategy: { type: 'OnDelete' } }],
    [
      'StatefulSet',
      'partition',
      'apps/v1',
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
    ],
    ['DaemonSet', 'on-delete', 'apps/v1', { updateStrategy: { type: 'OnDelete' } }],
    ['ReplicaSet', undefined, 'apps/v1', { replicas: 2 }],
    ['Job', undefined, 'batch/v1', { completions: 2 }],
    ['CronJob', undefined, 'batch/v1', { schedule: '0 0 29 2 *' }],
  ] as const)('of a %s that is %s are of %s, with %j', (kind, oddity, apiVersion, spec) => {
    const workload = { name: 'app-00009', kind, replicas: 2, ...(oddity && { oddity }) };

    expect(buildFarmWorkload('a', workload)).toMatchObject([{ apiVersion, kind, spec }]);
  });

  it('are played by stages that outweigh the ordinary one, and look at marked pods only', async () => {
    const stages = await buildFarmStages();

    expect(stages.map(({ metadata }) => metadata.name)).toEqual([
      'farm-pod-ready',
      'farm-new-proxy-crashes',
      'farm-new-proxy-never-ready',
      'farm-new-proxy-image-pull',
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
  const isThrough = (
    resource: FarmWorkload['resource'],
    status: FarmWorkload['workload']['status'],
    replicas = 2,
  ) =>
    isRolledOut({
      resource,
      workload: { metadata, spec: { replicas }, ...(status && { status }) },
    });

  it.each([
    ['through', { ...done, observedGeneration: 3 }, true],
    ['not looked at yet', { ...done, observedGeneration: 2 }, false],
    ['still with an old pod', { ...done, observedGeneration: 3, replicas: 3 }, false],
    [
      'still with a pod of an old template',
      { ...done, observedGeneration: 3, updatedReplicas: 1 },
      false,
    ],
    ['short of a ready pod', { ...done, observedGeneration: 3, availableReplicas: 1 }, false],
    ['without any status', undefined, false],
  ])('is %s', (_name, status, expected) => {
    expect(isThrough('deployments', status)).toBe(expected);
  });

  it('that wants no pods is through when it has none', () => {
    expect(isThrough('deployments', { observedGeneration: 3 }, 0)).toBe(true);
  });

  it('of a ReplicaSet is judged by its pods alone: it tells no templates apart', () => {
    const status = { observedGeneration: 3, replicas: 2, availableReplicas: 2 };

    expect(isThrough('replicasets', status)).toBe(true);
    expect(isThrough('replicasets', { ...status, availableReplicas: 1 })).toBe(false);
    expect(isThrough('deployments', status)).toBe(false);
  });

  it.each([
    [3, true],
    [2, false],
  ])('of a DaemonSet is judged by its nodes: %d of 3', (available, expected) => {
    const status = {
      ...{ observedGeneration: 3, desiredNumberScheduled: 3, updatedNumberScheduled: 3 },
      numberAvailable: available,
    };

    expect(isThrough('daemonsets', status)).toBe(expected);
  });
});
