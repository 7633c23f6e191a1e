import type { ResourceAmount } from '../inventory/capacity.ts';

/** What is left on one node. */
export interface NodeRoom extends ResourceAmount {
  readonly node: string;
  readonly pods: number;
}

export interface Placement {
  /** What is left on each node once all that fit are placed. */
  readonly rooms: readonly NodeRoom[];
  /** Requests of the pods for which no node has room. */
  readonly unplaced: readonly ResourceAmount[];
}

type Order = (a: ResourceAmount, b: ResourceAmount) => number;

/** A pod is placed where its larger need allows it, so both orders are tried. */
const ORDERS: readonly Order[] = [
  (a, b) => b.memoryBytes - a.memoryBytes || b.milliCpu - a.milliCpu,
  (a, b) => b.milliCpu - a.milliCpu || b.memoryBytes - a.memoryBytes,
];

/**
 * Places pods on nodes one by one, the largest first, each on the first node with room: a pod fits
 * on a node, never on the sum of them. It knows nothing of affinity, taints or zones.
 */
export function fitPods(pods: readonly ResourceAmount[], rooms: readonly NodeRoom[]): Placement {
  const [first, second] = ORDERS.map((order) => placeInOrder(pods.toSorted(order), rooms));
  if (first === undefined || second === undefined) return { rooms, unplaced: pods };
  return second.unplaced.length < first.unplaced.length ? second : first;
}

function placeInOrder(pods: readonly ResourceAmount[], rooms: readonly NodeRoom[]): Placement {
  const left = rooms.map((room) => ({ ...room }));
  const unplaced = pods.filter((pod) => {
    const room = left.find((each) => hasRoom(each, pod));
    if (room === undefined) return true;
    room.milliCpu -= pod.milliCpu;
    room.memoryBytes -= pod.memoryBytes;
    room.pods -= 1;
    return false;
  });
  return { rooms: left, unplaced };
}

function hasRoom(room: NodeRoom, pod: ResourceAmount): boolean {
  return room.pods >= 1 && room.milliCpu >= pod.milliCpu && room.memoryBytes >= pod.memoryBytes;
}

/** `250m CPU and 64 MiB`. */
export function formatAmount({ milliCpu, memoryBytes }: ResourceAmount): string {
  return `${milliCpu}m CPU and ${Math.ceil(memoryBytes / 2 ** 20)} MiB`;
}
