import { describe, expect, it } from '@jest/globals';
import { explainStall } from '../../../src/domain/restart/explain-stall.ts';
import { workloadObject } from '../../support/kubernetes-objects.ts';
import { podFacts } from '../../support/sample-pod.ts';

function workload(conditions: readonly object[] = []): Parameters<typeof explainStall>[0] {
  return workloadObject('Deployment', 'cart', { status: { conditions } });
}

const QUOTA = {
  type: 'ReplicaFailure',
  status: 'True',
  message: 'pods "cart-1" is forbidden: exceeded quota: small',
};

describe('what keeps a workload from its new pods', () => {
  it.each([
    [
      'a quota',
      [QUOTA],
      [],
      'pods cannot be created: pods "cart-1" is forbidden: exceeded quota: small',
    ],
    [
      'a pod without a node',
      [],
      [podFacts({ ready: false, unscheduled: '0/3 nodes are available' })],
      'pod cart-1 cannot be scheduled: 0/3 nodes are available',
    ],
    [
      'a pod that does not start',
      [],
      [podFacts({ ready: false }), podFacts({ name: 'cart-2', trouble: 'ImagePullBackOff' })],
      'pod cart-2 is in ImagePullBackOff with 0 restarts (proxy of 1-26-1)',
    ],
    ['a pod that is not ready', [], [podFacts({ ready: false })], 'pod cart-1 is not ready'],
  ])('is told: %s', (_what, conditions, pods, expected) => {
    expect(explainStall(workload(conditions), pods)).toBe(expected);
  });

  it.each([
    ['a quota of before', [{ ...QUOTA, status: 'False' }], []],
    ['a pod that is leaving', [], [podFacts({ ready: false, terminating: true })]],
    ['pods that are ready', [], [podFacts()]],
  ])('is not %s', (_what, conditions, pods) => {
    expect(explainStall(workload(conditions), pods)).toBeUndefined();
  });

  it('is cut where it is long', () => {
    const pods = [podFacts({ ready: false, unscheduled: 'x'.repeat(5000) })];

    expect(explainStall(workload(), pods)).toHaveLength(
      'pod cart-1 cannot be scheduled: '.length + 201,
    );
  });
});
