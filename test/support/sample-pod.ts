import type { PodFacts } from '../../src/domain/mesh/interpret-pods.ts';

/** A ready pod of `shop/cart` with the proxy of 1-26-1. */
export function podFacts(changes: Partial<PodFacts> = {}): PodFacts {
  const name = changes.name ?? 'cart-1';
  return {
    namespace: 'shop',
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    revision: '1-26-1',
    ready: true,
    terminating: false,
    finished: false,
    restarts: 0,
    ...changes,
  };
}
