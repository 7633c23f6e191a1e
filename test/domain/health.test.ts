import { describe, expect, it } from '@jest/globals';
import { newProxyOf } from '../../src/domain/planning/wave-target.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import type { PodFacts } from '../../src/domain/mesh/interpret-pods.ts';
import { assessSettled } from '../../src/domain/health/assess-settled.ts';
import {
  assessPods,
  assessWorkloads,
  listNames,
} from '../../src/domain/health/assess-workloads.ts';
import { combine, explain } from '../../src/domain/health/combine.ts';
import type { Condition, HealthStatus } from '../../src/domain/health/verdict.ts';
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

function deployment(
  status: object = { observedGeneration: 2, updatedReplicas: 2, availableReplicas: 2 },
  spec: object = { replicas: 2 },
): KubernetesObject {
  return workloadObject('Deployment', 'cart', { metadata: { generation: 2 }, spec, status });
}

describe('a workload that was taken back', () => {
  const settled = (changes: object = {}): string | undefined =>
    assessSettled({
      kind: 'Deployment',
      workload: deployment(),
      pods: [pod({ revision: '1-25-1' }), pod({ revision: '1-25-1' })],
      newProxy: newProxyOf({ to: { revision: '1-26-1', version: '1.26.1' } }, {}),
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
