import { describe, expect, it } from '@jest/globals';
import {
  interpretCapacity,
  interpretNode,
} from '../../../src/domain/inventory/interpret-capacity.ts';
import { interpretPodDetail } from '../../../src/domain/inventory/interpret-pod-detail.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';

function node(name: string, spec: object = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec,
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } },
  };
}

function podOn(nodeName: string, phase = 'Running'): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod', namespace: 'shop' },
    spec: {
      nodeName,
      containers: [{ name: 'app', resources: { requests: { cpu: '1', memory: '2Gi' } } }],
    },
    status: { phase },
  };
}

const GIB = 2 ** 30;

describe('the room on nodes', () => {
  it('is what is allocatable less the requests of the pods that are there', () => {
    const facts = [node('a')].flatMap((each) => interpretNode(each) ?? []);

    const capacity = interpretCapacity(facts, [podOn('a'), podOn('a')].map(interpretPodDetail));

    expect(capacity).toEqual({
      nodes: 1,
      free: [{ node: 'a', milliCpu: 2000, memoryBytes: 4 * GIB, pods: 108 }],
      totalFree: { milliCpu: 2000, memoryBytes: 4 * GIB, pods: 108 },
    });
  });

  it.each(['Succeeded', 'Failed'])('is not taken by a pod that is %s', (phase) => {
    const facts = [node('a')].flatMap((each) => interpretNode(each) ?? []);
    expect(interpretCapacity(facts, [interpretPodDetail(podOn('a'))]).totalFree.milliCpu).toBe(
      3000,
    );

    const { totalFree } = interpretCapacity(facts, [interpretPodDetail(podOn('a', phase))]);

    expect(totalFree.milliCpu).toBe(4000);
  });

  it('lists the node with the most room first', () => {
    const facts = ['a', 'b'].flatMap((name) => interpretNode(node(name)) ?? []);

    const { free } = interpretCapacity(facts, [interpretPodDetail(podOn('a'))]);

    expect(free.map((each) => each.node)).toEqual(['b', 'a']);
  });

  it.each([
    ['is cordoned', { unschedulable: true }],
    ['keeps pods away', { taints: [{ key: 'k', effect: 'NoSchedule' }] }],
    ['drives pods out', { taints: [{ key: 'k', effect: 'NoExecute' }] }],
  ])('leaves out a node that %s', (_, spec) => {
    expect(interpretNode(node('a'))?.name).toBe('a');

    expect(interpretNode(node('a', spec))).toBeUndefined();
  });

  it('counts a node that only prefers other pods', () => {
    const spec = { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] };

    expect(interpretNode(node('a', spec))?.name).toBe('a');
  });
});
