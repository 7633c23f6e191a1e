import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import {
  assessMove,
  type MoveFacts,
  type RolloutState,
} from '../../../src/domain/restart/assess-move.ts';
import type { RolloutLimits } from '../../../src/domain/restart/rollout-limits.ts';
import { workloadObject } from '../../support/kubernetes-objects.ts';
import { podFacts } from '../../support/sample-pod.ts';
import { without } from '../../support/without.ts';

const LIMITS: RolloutLimits = { desired: 2, unavailable: 0, surge: 1, replaces: 'in-turns' };
const SETTLED = { observedGeneration: 2, updatedReplicas: 2, availableReplicas: 2 };
const OLD = podFacts({ revision: '1-25-1' });

function deployment(status: object = SETTLED): KubernetesObject {
  return workloadObject('Deployment', 'cart', { metadata: { generation: 2 }, status });
}

function move(changes: Partial<MoveFacts> = {}): RolloutState {
  return assessMove({
    workload: deployment(),
    limits: LIMITS,
    pods: [podFacts({ name: 'a' }), podFacts({ name: 'b' })],
    isOnTarget: ({ revision }) => revision === '1-26-1',
    method: 'template',
    begun: true,
    ...changes,
  });
}

describe('the move of a workload', () => {
  it('is done when every wanted pod is new, ready and alone', () => {
    expect(move()).toEqual({ kind: 'done', pods: 2 });
  });

  it('is done without pods when the workload is gone', () => {
    expect(move({ workload: undefined })).toEqual({ kind: 'done', pods: 0 });
  });

  it.each([true, false])('is done for a workload scaled to nothing (begun: %s)', (begun) => {
    const limits = { ...LIMITS, desired: 0 };
    const workload = deployment({ observedGeneration: 2 });

    expect(move({ workload, limits, pods: [], begun })).toEqual({ kind: 'done', pods: 0 });
  });

  it('waits while a pod has the old proxy and nothing has begun', () => {
    expect(move({ begun: false, pods: [podFacts(), OLD] })).toEqual({ kind: 'waiting' });
  });

  it('needs no beginning where every pod has the new proxy', () => {
    expect(move({ begun: false })).toEqual({ kind: 'done', pods: 2 });
    expect(move({ begun: false, pods: [podFacts({ ready: false })] }).kind).toBe('moving');
  });

  it.each<readonly [string, Partial<MoveFacts>]>([
    [
      'its controller has not seen the change',
      { workload: deployment({ ...SETTLED, observedGeneration: 1 }) },
    ],
    ['pods are still to be replaced', { workload: deployment({ ...SETTLED, updatedReplicas: 1 }) }],
    ['pods are not available yet', { workload: deployment({ ...SETTLED, availableReplicas: 1 }) }],
    ['its status is not there', { workload: deployment({}) }],
    ['a pod has the old proxy', { pods: [podFacts(), OLD] }],
    ['a pod has no proxy', { pods: [podFacts(), without(podFacts(), 'revision')] }],
    ['a pod is not ready', { pods: [podFacts(), podFacts({ ready: false })] }],
    [
      'an old pod is still leaving',
      { pods: [podFacts(), podFacts(), { ...OLD, terminating: true }] },
    ],
    ['there are fewer pods than wanted', { pods: [podFacts()] }],
  ])('is under way while %s', (_why, changes) => {
    expect(move(changes).kind).toBe('moving');
  });

  it.each([
    ['done', { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }],
    ['moving', { desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2 }],
  ])('of a DaemonSet is %s by the counts of its own status', (kind, status) => {
    const daemonSet = workloadObject('DaemonSet', 'agent', {
      metadata: { generation: 2 },
      status: { observedGeneration: 2, ...status },
    });

    expect(move({ workload: daemonSet }).kind).toBe(kind);
  });

  it('pod by pod is judged by the pods alone: no template was changed', () => {
    const workload = deployment({
      observedGeneration: 2,
      updatedReplicas: 0,
      availableReplicas: 2,
    });
    expect(move({ workload }).kind).toBe('moving');

    expect(move({ workload, method: 'evict' })).toEqual({ kind: 'done', pods: 2 });
  });
});

describe('the move of a workload has failed', () => {
  const STALLED = deployment({
    ...SETTLED,
    conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
  });

  it('when a new pod crashes, and the pod, its trouble and its proxy are named', () => {
    const pods = [podFacts({ name: 'cart-9', trouble: 'CrashLoopBackOff', restarts: 3 })];

    expect(move({ pods })).toEqual({
      kind: 'failed',
      message: 'pod cart-9 is in CrashLoopBackOff with 3 restarts (proxy of 1-26-1)',
    });
  });

  it('when its rollout stopped making progress, but not before it has begun', () => {
    expect(move({ workload: STALLED }).kind).toBe('failed');

    expect(move({ workload: STALLED, pods: [OLD], begun: false }).kind).toBe('waiting');
  });

  it('when its rollout stopped making progress, with what keeps its pods back', () => {
    expect(move({ workload: STALLED, pods: [podFacts({ ready: false })] })).toEqual({
      kind: 'failed',
      message:
        'its rollout stopped making progress: ProgressDeadlineExceeded; pod cart-1 is not ready',
    });
  });

  it.each<readonly [string, Partial<MoveFacts>]>([
    [
      'an earlier template',
      {
        workload: {
          ...STALLED,
          metadata: { ...STALLED.metadata, generation: 3 },
        },
      },
    ],
    ['a template that stays', { method: 'evict', pods: [podFacts({ ready: false })] }],
  ])('but not because the rollout of %s did', (_what, changes) => {
    expect(move({ workload: STALLED }).kind).toBe('failed');

    expect(move({ workload: STALLED, ...changes }).kind).toBe('moving');
  });

  it('but not because an old pod crashes, which the restart replaces', () => {
    expect(move({ pods: [podFacts({ trouble: 'CrashLoopBackOff' })] }).kind).toBe('failed');

    expect(move({ pods: [{ ...OLD, trouble: 'CrashLoopBackOff' }] }).kind).toBe('moving');
  });

  it('but not because a pod that is leaving crashes', () => {
    const leaving = podFacts({ terminating: true, trouble: 'CrashLoopBackOff' });

    expect(move({ pods: [podFacts(), podFacts(), leaving] }).kind).toBe('moving');
  });
});
