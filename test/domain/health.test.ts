import { describe, expect, it } from '@jest/globals';
import type { PodFacts } from '../../src/domain/mesh/interpret-pods.ts';
import { assessRollout, type RolloutFacts } from '../../src/domain/health/assess-rollout.ts';
import { assessSettled } from '../../src/domain/health/assess-settled.ts';
import {
  assessPods,
  assessWorkloads,
  listNames,
} from '../../src/domain/health/assess-workloads.ts';
import { combine, explain } from '../../src/domain/health/combine.ts';
import type { Condition, HealthStatus } from '../../src/domain/health/verdict.ts';
import { nextRestarts, type WindowEntry } from '../../src/domain/planning/restart-window.ts';
import type { RolloutState } from '../../src/domain/health/assess-rollout.ts';
import { workloadObject } from '../support/kubernetes-objects.ts';
import { workload } from '../support/sample-mesh.ts';
import { without } from '../support/without.ts';

function pod(changes: Partial<PodFacts> = {}): PodFacts {
  return {
    namespace: 'shop',
    name: 'cart-1',
    uid: 'u1',
    resourceVersion: '1',
    revision: '1-26-1',
    ready: true,
    terminating: false,
    finished: false,
    restarts: 0,
    ...changes,
  };
}

function withoutRevision(): PodFacts {
  return without(pod(), 'revision');
}

const TOKEN = 'run-1/wave-1';
const SETTLED = { observedGeneration: 2, updatedReplicas: 2, availableReplicas: 2 };

function deployment(
  status: object = SETTLED,
  spec: object = { replicas: 2 },
): RolloutFacts['workload'] {
  return workloadObject('Deployment', 'cart', { metadata: { generation: 2 }, spec, status });
}

function rollout(changes: Partial<RolloutFacts> = {}): RolloutState {
  return assessRollout({
    kind: 'Deployment',
    workload: deployment(),
    pods: [pod({ name: 'a' }), pod({ name: 'b' })],
    token: TOKEN,
    carries: TOKEN,
    revision: '1-26-1',
    ...changes,
  });
}

describe('the restart of a workload', () => {
  it('is done when every wanted pod is new, ready and alone', () => {
    expect(rollout()).toEqual({ kind: 'done', pods: 2 });
  });

  it('is done without pods when the workload is gone', () => {
    expect(rollout({ workload: undefined })).toEqual({ kind: 'done', pods: 0 });
  });

  it('is done for a workload scaled to nothing', () => {
    expect(
      rollout({ workload: deployment({ observedGeneration: 2 }, { replicas: 0 }), pods: [] }),
    ).toEqual({
      kind: 'done',
      pods: 0,
    });
  });

  it('waits until its template carries the token', () => {
    expect(rollout({ carries: null })).toEqual({ kind: 'waiting' });
    expect(rollout({ carries: 'another-run/wave-1' })).toEqual({ kind: 'waiting' });
  });

  it.each([
    [
      'its controller has not seen the change',
      { workload: deployment({ ...SETTLED, observedGeneration: 1 }) },
    ],
    ['pods are still to be replaced', { workload: deployment({ ...SETTLED, updatedReplicas: 1 }) }],
    ['pods are not available yet', { workload: deployment({ ...SETTLED, availableReplicas: 1 }) }],
    ['its status is not there', { workload: deployment({}) }],
    ['a pod has the old proxy', { pods: [pod(), pod({ revision: '1-25-1' })] }],
    ['a pod has no proxy', { pods: [pod(), withoutRevision()] }],
    ['a pod is not ready', { pods: [pod(), pod({ ready: false })] }],
    [
      'an old pod is still leaving',
      { pods: [pod(), pod(), pod({ terminating: true, revision: '1-25-1' })] },
    ],
    ['there are fewer pods than wanted', { pods: [pod()] }],
    [
      'the count of replicas is left to its default of one',
      { workload: deployment(SETTLED, {}), pods: [] },
    ],
  ])('is under way while %s', (_why, changes) => {
    expect(rollout(changes).kind).toBe('moving');
  });

  it.each([
    [
      'a new pod crashes',
      { pods: [pod({ ready: false, trouble: 'CrashLoopBackOff', restarts: 3 })] },
    ],
    [
      'its rollout stopped making progress',
      {
        workload: deployment({
          ...SETTLED,
          conditions: [
            { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' },
          ],
        }),
      },
    ],
  ])('has failed when %s', (_why, changes) => {
    expect(rollout(changes).kind).toBe('failed');
  });

  it('names the pod, its trouble and its proxy', () => {
    const pods = [pod({ name: 'cart-9', trouble: 'CrashLoopBackOff', restarts: 3 })];

    expect(rollout({ pods })).toEqual({
      kind: 'failed',
      message: 'pod cart-9 is in CrashLoopBackOff with 3 restarts (proxy of 1-26-1)',
    });
  });

  it('has not failed because an old pod crashes, which the restart replaces', () => {
    const old = pod({ revision: '1-25-1', ready: false, trouble: 'CrashLoopBackOff' });
    expect(rollout({ pods: [{ ...old, revision: '1-26-1' }] }).kind).toBe('failed');

    expect(rollout({ pods: [old] }).kind).toBe('moving');
  });

  it('has not failed because a pod that is leaving crashes', () => {
    const leaving = pod({ terminating: true, trouble: 'CrashLoopBackOff' });

    expect(rollout({ pods: [pod(), pod(), leaving] }).kind).toBe('moving');
  });

  it('asks for no revision where pods may run without a proxy', () => {
    const facts = {
      kind: 'Deployment' as const,
      workload: deployment(),
      pods: [withoutRevision(), withoutRevision()],
      token: TOKEN,
      carries: TOKEN,
    };

    expect(rollout({ pods: facts.pods }).kind).toBe('moving');
    expect(assessRollout(facts)).toEqual({ kind: 'done', pods: 2 });
  });

  it.each([
    [
      {
        observedGeneration: 2,
        desiredNumberScheduled: 2,
        updatedNumberScheduled: 2,
        numberAvailable: 2,
      },
      'done',
    ],
    [
      {
        observedGeneration: 2,
        desiredNumberScheduled: 2,
        updatedNumberScheduled: 1,
        numberAvailable: 2,
      },
      'moving',
    ],
    [
      {
        observedGeneration: 2,
        desiredNumberScheduled: 3,
        updatedNumberScheduled: 3,
        numberAvailable: 3,
      },
      'moving',
    ],
  ])('of a DaemonSet with %j is %s', (status, kind) => {
    const daemonSet = workloadObject('DaemonSet', 'agent', { metadata: { generation: 2 }, status });

    expect(rollout({ kind: 'DaemonSet', workload: daemonSet }).kind).toBe(kind);
  });
});

describe('a workload that was taken back', () => {
  const settled = (changes: object = {}): string | undefined =>
    assessSettled({
      kind: 'Deployment',
      workload: deployment(),
      pods: [pod({ revision: '1-25-1' }), pod({ revision: '1-25-1' })],
      newRevision: '1-26-1',
      ...changes,
    });

  it('is whole with all its pods ready and none of the new revision', () => {
    expect(settled()).toBeUndefined();
  });

  it('is whole when it is gone', () => {
    expect(settled({ workload: undefined, pods: [] })).toBeUndefined();
  });

  it.each([
    [
      'its controller has not seen the change yet',
      { workload: deployment({ observedGeneration: 1 }) },
    ],
    ['still there: 1 pod with the proxy of 1-26-1', { pods: [pod({ revision: '1-25-1' }), pod()] }],
    [
      'still leaving: 1 pod',
      {
        pods: [
          pod({ revision: '1-25-1' }),
          pod({ revision: '1-25-1' }),
          pod({ terminating: true }),
        ],
      },
    ],
    ['1 of 2 pods ready', { pods: [pod({ revision: '1-25-1' })] }],
    [
      '1 of 2 pods ready',
      { pods: [pod({ revision: '1-25-1' }), pod({ revision: '1-25-1', ready: false })] },
    ],
    ['3 of 2 pods ready', { pods: [1, 2, 3].map(() => pod({ revision: '1-25-1' })) }],
  ])('is not: %s', (why, changes) => {
    expect(settled(changes)).toBe(why);
  });

  it('wants of a DaemonSet what its nodes want', () => {
    const status = { observedGeneration: 2, desiredNumberScheduled: 3 };
    const daemonSet = workloadObject('DaemonSet', 'agent', { metadata: { generation: 2 }, status });

    expect(settled({ kind: 'DaemonSet', workload: daemonSet })).toBe('2 of 3 pods ready');
  });
});

describe('a verdict', () => {
  const condition = (status: HealthStatus): Condition => ({
    type: status,
    status,
    message: status,
  });

  it.each([
    [[], 'Unknown'],
    [['Healthy'], 'Healthy'],
    [['Healthy', 'Progressing'], 'Progressing'],
    [['Progressing', 'Unknown'], 'Unknown'],
    [['Unknown', 'Degraded', 'Healthy'], 'Degraded'],
  ] as const)(
    'over %j is %s: the worst decides, and no evidence is unknown',
    (statuses, expected) => {
      const conditions = statuses.map(condition);

      expect(combine(conditions)).toEqual({ status: expected, conditions });
    },
  );

  it('explains what is unmet, and everything when all is well', () => {
    expect(explain(combine([condition('Healthy'), condition('Degraded')]))).toBe('Degraded');
    expect(explain(combine([condition('Healthy')]))).toBe('Healthy');
  });
});

describe('health of workloads and pods', () => {
  it('is good when every workload has its pods', () => {
    expect(assessWorkloads([workload(), workload({ desiredPods: 0, readyPods: 0 })])).toEqual({
      type: 'WorkloadsReady',
      status: 'Healthy',
      message: '2 workloads with 2 pods ready',
    });
  });

  it('names what is short', () => {
    expect(assessWorkloads([workload({ readyPods: 1 }), workload()])).toEqual({
      type: 'WorkloadsReady',
      status: 'Progressing',
      message: 'not ready: shop/cart 1/2',
    });
  });

  it('is bad when a pod will not get well by waiting, whoever injected it', () => {
    const sick = pod({ trouble: 'CrashLoopBackOff' });
    const plain = { ...withoutRevision(), name: 'plain', trouble: 'ErrImagePull' };

    expect(assessPods([pod(), sick, plain])).toEqual({
      type: 'PodsRun',
      status: 'Degraded',
      message:
        'in trouble: shop/cart-1 CrashLoopBackOff (proxy of 1-26-1), shop/plain ErrImagePull (no proxy)',
    });
  });

  it.each([{ terminating: true }, { finished: true }])(
    'does not look at a pod that is %j',
    (changes) => {
      const sick = pod({ trouble: 'CrashLoopBackOff' });
      expect(assessPods([sick]).status).toBe('Degraded');

      expect(assessPods([{ ...sick, ...changes }]).status).toBe('Healthy');
    },
  );

  it.each([
    [0, ''],
    [2, 'n1, n2'],
    [5, 'n1, n2, n3, n4, n5'],
    [8, 'n1, n2, n3, n4, n5 and 3 more'],
  ])('names of %d: %s', (count, text) => {
    expect(listNames(Array.from({ length: count }, (_, index) => `n${index + 1}`))).toBe(text);
  });
});

describe('the window of restarts', () => {
  const entry = (
    key: string,
    pods: number,
    kind: RolloutState['kind'] = 'waiting',
  ): WindowEntry => {
    const state: RolloutState =
      kind === 'waiting' ? { kind } : kind === 'done' ? { kind, pods } : { kind, message: kind };
    return { key, pods, state };
  };

  it.each([
    ['begins as many as fit', [entry('a', 2), entry('b', 2), entry('c', 2)], 4, ['a', 'b']],
    ['counts what is under way', [entry('a', 3, 'moving'), entry('b', 2)], 4, []],
    ['goes on when something is done', [entry('a', 3, 'done'), entry('b', 2)], 4, ['b']],
    ['lets one that is larger than the budget go alone', [entry('a', 9), entry('b', 1)], 4, ['a']],
    ['lets it wait while another is under way', [entry('a', 1, 'moving'), entry('b', 9)], 4, []],
    [
      'keeps the order: a small one does not overtake',
      [entry('a', 1, 'moving'), entry('b', 9), entry('c', 1)],
      4,
      [],
    ],
    ['begins workloads without pods at once', [entry('a', 0), entry('b', 0)], 1, ['a', 'b']],
    ['does not begin again what failed', [entry('a', 1, 'failed'), entry('b', 1)], 4, ['b']],
    ['has nothing to do when all is done', [entry('a', 1, 'done')], 4, []],
  ] as const)('%s', (_policy, entries, budget, expected) => {
    expect(nextRestarts(entries, budget)).toEqual(expected);
  });
});
