import type { WaveEntry } from './wave-entries.ts';

/** Goes on pod by pod, as its budgets allow. */
export function isGoing({ state, method, budgets }: WaveEntry): boolean {
  return (
    state.kind === 'moving' &&
    isPodByPod(method) &&
    budgets.every(({ disruptionsAllowed }) => disruptionsAllowed > 0)
  );
}

function isPodByPod(method: WaveEntry['method']): boolean {
  return method === 'evict' || method === 'recreate';
}

/** Between two of its pods: all that it is to have are there and ready, whichever proxy they have. */
export function isResting({ method, pods, limits }: WaveEntry): boolean {
  const ready = pods.filter((pod) => pod.ready && !pod.terminating).length;
  return isPodByPod(method) && ready >= Math.max(1, limits.desired) && ready === pods.length;
}

/** A pod of its own that has left and is yet to be made again. */
export function isAway({ state, change, pods }: WaveEntry): boolean {
  return state.kind === 'moving' && change.kind === 'recreate' && pods.length === 0;
}

/** A pod of its own that was let go and is not there again: nobody else would bring it back. */
export function isLeaving({ state, change, pods }: WaveEntry): boolean {
  const isGone = pods.every(({ terminating }) => terminating);
  return state.kind === 'moving' && change.kind === 'recreate' && isGone;
}
