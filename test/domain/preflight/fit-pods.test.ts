import { describe, expect, it } from '@jest/globals';
import { fitPods, formatAmount } from '../../../src/domain/preflight/fit-pods.ts';

const room = (milliCpu: number, memoryBytes: number, pods = 9) => ({
  node: 'node',
  milliCpu,
  memoryBytes,
  pods,
});
const pod = (milliCpu: number, memoryBytes: number) => ({ milliCpu, memoryBytes });

describe('placing pods on nodes', () => {
  it.each([
    ['a pod that takes all that is left', [pod(4, 8)], [room(4, 8, 1)], 0],
    ['a pod that wants a little more CPU', [pod(5, 8)], [room(4, 8)], 1],
    ['a pod that wants a little more memory', [pod(4, 9)], [room(4, 8)], 1],
    ['a node that takes no more pods', [pod(1, 1)], [room(4, 8, 0)], 1],
    ['a second pod on a node for one', [pod(1, 1), pod(1, 1)], [room(4, 8, 1)], 1],
    ['no node at all', [pod(1, 1)], [], 1],
    ['no pod', [], [], 0],
    ['small pods before a large one that needs a whole node', smallFirst(), twoNodes(), 0],
    ['pods that only fit when the hungriest for CPU goes first', cpuFirst(), cpuNodes(), 0],
    [
      'pods that only fit when the hungriest for memory goes first',
      turned(cpuFirst()),
      turnedNodes(),
      0,
    ],
  ])('%s', (_what, pods, rooms, unplaced) => {
    expect(fitPods(pods, rooms).unplaced).toHaveLength(unplaced);
  });

  it('leaves what is not taken, and what it was given as it was', () => {
    const rooms = [room(4, 8)];

    expect(fitPods([pod(1, 2), pod(1, 2)], rooms).rooms).toEqual([room(2, 4, 7)]);
    expect(rooms).toEqual([room(4, 8)]);
  });

  it('says amounts as people do', () => {
    expect(formatAmount({ milliCpu: 250, memoryBytes: 64 * 2 ** 20 })).toBe('250m CPU and 64 MiB');
  });
});

function smallFirst() {
  return [pod(1, 4), pod(1, 4), pod(1, 8)];
}

function twoNodes() {
  return [room(9, 8), room(9, 8)];
}

/** By memory the second pod would come first and take the only node with CPU for the first. */
function cpuFirst() {
  return [pod(8, 1), pod(4, 2)];
}

function cpuNodes() {
  return [room(8, 2), room(4, 2)];
}

function turned(pods: readonly ReturnType<typeof pod>[]) {
  return pods.map(({ milliCpu, memoryBytes }) => pod(memoryBytes, milliCpu));
}

function turnedNodes() {
  return cpuNodes().map(({ milliCpu, memoryBytes }) => room(memoryBytes, milliCpu));
}
