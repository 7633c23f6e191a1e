import { describe, expect, it } from '@jest/globals';
import { censusWave, type CountedWorkload } from '../../src/domain/health/census-wave.ts';
import type { PodFacts } from '../../src/domain/mesh/interpret-pods.ts';

const REVISION = '1-26-1';
const TARGET = ({ revision }: PodFacts): boolean => revision === REVISION;

function pod(changes: Partial<PodFacts> = {}): PodFacts {
  return {
    namespace: 'shop',
    name: 'cart-1',
    uid: 'u1',
    resourceVersion: '1',
    revision: REVISION,
    ready: true,
    terminating: false,
    finished: false,
    restarts: 0,
    ...changes,
  };
}

function counted(name: string, changes: Partial<CountedWorkload> = {}): CountedWorkload {
  const ref = { kind: 'Deployment', namespace: 'shop', name, uid: `uid-${name}` } as const;
  return { ref, isThere: true, pods: [pod(), pod()], ...changes };
}

describe('the census of a wave', () => {
  it('counts the workloads whose every pod is ready and injected by the target', () => {
    expect(censusWave([counted('cart'), counted('web')], TARGET)).toEqual({
      pods: 4,
      onTarget: 2,
      stragglers: [],
      exceptions: [],
    });
  });

  it.each([
    ['an old proxy', pod({ revision: '1-25-1' })],
    ['no readiness', pod({ ready: false })],
  ])('calls a workload with a pod of %s a straggler', (_what, off) => {
    expect(censusWave([counted('cart', { pods: [off] }), counted('web')], TARGET)).toMatchObject({
      onTarget: 1,
      stragglers: ['shop/cart: 1 of 1 pod'],
      exceptions: [],
    });
  });

  it.each([
    ['scaled to zero', true, 'it has no pods now; the next ones will get the new proxy'],
    ['deleted', false, 'it was deleted meanwhile'],
  ])('claims nothing of a workload that was %s, and says why', (_what, isThere, why) => {
    expect(censusWave([counted('cart', { isThere, pods: [] }), counted('web')], TARGET)).toEqual({
      pods: 2,
      onTarget: 1,
      stragglers: [],
      exceptions: [`Deployment shop/cart: ${why}`],
    });
  });

  it('lists a workload that failed within the threshold, with its reason', () => {
    const cart = counted('cart', { pods: [pod({ revision: '1-25-1' })] });
    expect(censusWave([cart], TARGET).stragglers).toHaveLength(1);

    const failed = { 'uid-cart': 'shop/cart: pod cart-1 is in CrashLoopBackOff' };

    expect(censusWave([cart, counted('web')], TARGET, failed)).toMatchObject({
      onTarget: 1,
      stragglers: [],
      exceptions: ['Deployment shop/cart: pod cart-1 is in CrashLoopBackOff'],
    });
  });

  it('counts a workload that failed and is there after all', () => {
    const failed = { 'uid-cart': 'shop/cart: slow' };

    expect(censusWave([counted('cart')], TARGET, failed)).toMatchObject({
      onTarget: 1,
      exceptions: [],
    });
  });

  it('names some and counts the rest, since reports travel through histories', () => {
    const many = Array.from({ length: 21 }, (_, index) => counted(`job-${index}`, { pods: [] }));

    const { onTarget, exceptions } = censusWave(many, TARGET);

    expect(onTarget).toBe(0);
    expect(exceptions).toHaveLength(21);
    expect(exceptions.at(-1)).toBe('1 further workload');
  });
});
