import { describe, expect, it } from '@jest/globals';
import { rolloutLimits } from '../../../src/domain/restart/rollout-limits.ts';
import type { RestartableKind } from '../../../src/domain/mesh/observed-mesh.ts';
import { workloadObject } from '../../support/kubernetes-objects.ts';

/** `desired -unavailable +surge how`, as it is read. */
function read(kind: RestartableKind, spec: object, status: object = {}): string {
  const limits = rolloutLimits(kind, workloadObject(kind, 'cart', { spec, status }));
  const { desired, unavailable, surge, replaces } = limits;
  return `${desired} -${unavailable} +${surge} ${replaces}`;
}

describe('what a strategy takes away and adds', () => {
  it.each([
    ['nothing said, one replica', {}, '1 -0 +1 in-turns'],
    ['nothing said, four replicas', { replicas: 4 }, '4 -1 +1 in-turns'],
    [
      'nothing said, ten replicas: up for surge, down for the rest',
      { replicas: 10 },
      '10 -2 +3 in-turns',
    ],
    [
      'numbers',
      { replicas: 4, strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } } },
      '4 -0 +2 in-turns',
    ],
    [
      'both nothing: the controller takes one',
      { replicas: 4, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '10%' } } },
      '4 -1 +0 in-turns',
    ],
    ['Recreate', { replicas: 3, strategy: { type: 'Recreate' } }, '3 -3 +0 all-at-once'],
    ['a rollout that is paused', { replicas: 3, paused: true }, '3 -0 +0 not-all'],
  ])('of a Deployment: %s', (_what, spec, expected) => {
    expect(read('Deployment', spec)).toBe(expected);
  });

  it.each([
    ['nothing said', { replicas: 3 }, '3 -1 +0 in-turns'],
    [
      'more at once',
      { replicas: 8, updateStrategy: { rollingUpdate: { maxUnavailable: '25%' } } },
      '8 -2 +0 in-turns',
    ],
    ['OnDelete', { replicas: 3, updateStrategy: { type: 'OnDelete' } }, '3 -1 +0 not-all'],
    [
      'a partition',
      { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
      '3 -1 +0 not-all',
    ],
    [
      'a partition of nothing',
      { replicas: 3, updateStrategy: { rollingUpdate: { partition: 0 } } },
      '3 -1 +0 in-turns',
    ],
  ])('of a StatefulSet: %s', (_what, spec, expected) => {
    expect(read('StatefulSet', spec)).toBe(expected);
  });

  it.each([
    ['nothing said', {}, '5 -1 +0 in-turns'],
    [
      'a part of the nodes, rounded up',
      { updateStrategy: { rollingUpdate: { maxUnavailable: '30%' } } },
      '5 -2 +0 in-turns',
    ],
    [
      'surge',
      { updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
      '5 -0 +1 in-turns',
    ],
    ['OnDelete', { updateStrategy: { type: 'OnDelete' } }, '5 -1 +0 not-all'],
  ])('of a DaemonSet on five nodes: %s', (_what, spec, expected) => {
    expect(read('DaemonSet', spec, { desiredNumberScheduled: 5 })).toBe(expected);
  });
});
