import { describe, expect, it } from '@jest/globals';
import type { PodTarget } from '../../../src/domain/health/census-pod.ts';
import {
  censusPods,
  censusWave,
  nameSomeWorkloads,
  type CountedWorkload,
} from '../../../src/domain/health/census-wave.ts';
import type { Connection } from '../../../src/domain/health/connections.ts';
import { known } from '../../../src/domain/inventory/known.ts';
import type { PodFacts } from '../../../src/domain/mesh/interpret-pods.ts';
import { podFacts } from '../../support/sample-pod.ts';

const IMAGE = 'docker.io/istio/proxyv2:1.26.1';
const TARGET: PodTarget = {
  revision: '1-26-1',
  version: '1.26.1',
  image: known(IMAGE),
  mustKnow: false,
};

/** By name of the pod; synced, where nothing else is said. */
function asked(connections: Readonly<Record<string, Connection>> = {}): PodTarget {
  return { ...TARGET, connectionOf: ({ name }) => connections[name] ?? { kind: 'synced' } };
}

function pod(changes: Partial<PodFacts> = {}): PodFacts {
  return podFacts({ proxyImage: IMAGE, ...changes });
}

function counted(name: string, changes: Partial<CountedWorkload> = {}): CountedWorkload {
  const ref = { kind: 'Deployment', namespace: 'shop', name, uid: `uid-${name}` } as const;
  const pods = [pod({ name: `${name}-1` }), pod({ name: `${name}-2` })];
  return { ref, isThere: true, pods, ...changes };
}

const UNTOLD: Connection = { kind: 'unknown', why: 'istiod does not tell' };

describe('the census of a wave', () => {
  it('counts the workloads whose every pod is ready and of the target', () => {
    expect(censusWave([counted('cart'), counted('web')], TARGET)).toEqual({
      pods: 4,
      census: { onTarget: 4, ready: 4 },
      onTarget: 2,
      stragglers: {},
      mayPass: true,
      exceptions: [],
      remarks: [],
    });
  });

  it('counts one fact after the other where istiod is asked', () => {
    const connections: Readonly<Record<string, Connection>> = {
      'cart-1': { kind: 'behind', what: ['routes not acknowledged'] },
      'cart-2': { kind: 'absent' },
      'web-1': UNTOLD,
    };
    const late = counted('late', { pods: [pod({ name: 'late-1', ready: false })] });

    const { pods, census, stragglers, remarks } = censusWave(
      [counted('cart'), counted('web'), late],
      asked(connections),
    );

    expect(pods).toBe(5);
    expect(census).toEqual({ onTarget: 5, ready: 4, connected: 2, synced: 1, unknown: 1 });
    expect(stragglers).toEqual({
      'uid-cart': 'shop/cart: 2 of 2 pods: cart-1 is not synced: routes not acknowledged',
      'uid-late': 'shop/late: 1 of 1 pod: late-1 is not ready',
    });
    expect(remarks).toEqual(['not known of 1 pod: istiod does not tell']);
  });

  it('says once what could not be told of many pods', () => {
    const blind: PodTarget = { ...TARGET, connectionOf: () => UNTOLD };

    expect(censusWave([counted('cart'), counted('web')], blind)).toMatchObject({
      onTarget: 2,
      census: { ready: 4, connected: 0, synced: 0, unknown: 4 },
      remarks: ['not known of 4 pods: istiod does not tell'],
    });
  });

  it.each<readonly [string, Partial<PodFacts>, boolean, string]>([
    ['an old proxy', { revision: '1-25-1' }, false, 'was injected by 1-25-1'],
    ['no readiness', { ready: false }, true, 'is not ready'],
  ])('calls a workload with a pod of %s a straggler', (_what, changes, mayPass, because) => {
    const cart = counted('cart', { pods: [pod(changes)] });

    expect(censusWave([cart, counted('web')], TARGET)).toMatchObject({
      onTarget: 1,
      stragglers: { 'uid-cart': `shop/cart: 1 of 1 pod: cart-1 ${because}` },
      mayPass,
      exceptions: [],
    });
  });

  it('does not wait where one of the stragglers stays as it is', () => {
    const unready = counted('cart', { pods: [pod({ ready: false })] });
    const old = counted('web', { pods: [pod({ revision: '1-25-1' })] });
    expect(censusWave([unready], TARGET).mayPass).toBe(true);

    expect(censusWave([unready, old], TARGET).mayPass).toBe(false);
  });

  it('waits for an old pod that goes, and does not count one of the target that goes', () => {
    const going = (revision: string): PodFacts => pod({ name: 'x', revision, terminating: true });
    const [fresh] = counted('cart').pods;
    const pods = (revision: string) => [fresh as PodFacts, going(revision)];

    expect(censusWave([counted('cart', { pods: pods('1-25-1') })], TARGET)).toMatchObject({
      pods: 1,
      stragglers: { 'uid-cart': 'shop/cart: 1 of 2 pods: x is not gone yet' },
      mayPass: true,
    });
    expect(censusWave([counted('cart', { pods: pods('1-26-1') })], TARGET)).toMatchObject({
      pods: 1,
      onTarget: 1,
      stragglers: {},
    });
  });

  it.each([
    ['scaled to zero', true, 'it has no pods now; the next ones will get the new proxy'],
    ['deleted', false, 'it was deleted meanwhile'],
  ])('claims nothing of a workload that was %s, and says why', (_what, isThere, why) => {
    const gone = counted('cart', { isThere, pods: [] });

    expect(censusWave([gone, counted('web')], TARGET)).toMatchObject({
      pods: 2,
      onTarget: 1,
      stragglers: {},
      exceptions: [`Deployment shop/cart: ${why}`],
    });
  });

  it('lists a workload whose owner pins the image of its proxy', () => {
    const image = 'local/proxyv2:1.24.0';
    const pinned = pod({ proxyImage: image, pinnedImage: image });

    expect(censusWave([counted('cart', { pods: [pinned] })], TARGET)).toMatchObject({
      onTarget: 0,
      stragglers: {},
      exceptions: [`Deployment shop/cart: 1 of 1 pod: cart-1 runs ${image}, to which it is pinned`],
    });
  });

  it('lists a workload that failed within the threshold, with its reason', () => {
    const cart = counted('cart', { pods: [pod({ revision: '1-25-1' })] });
    expect(Object.keys(censusWave([cart], TARGET).stragglers)).toEqual(['uid-cart']);

    const failed = { 'uid-cart': 'shop/cart: pod cart-1 is in CrashLoopBackOff' };

    expect(censusWave([cart, counted('web')], TARGET, failed)).toMatchObject({
      onTarget: 1,
      stragglers: {},
      exceptions: ['Deployment shop/cart: pod cart-1 is in CrashLoopBackOff'],
    });
  });

  it('lists one that failed and has no pod any more with the reason of its failure', () => {
    const gone = { ...counted('cart', { pods: [] }), isThere: false };
    const failed = { 'uid-cart': 'shop/cart: it cannot be made again' };

    expect(censusWave([gone], TARGET, failed).exceptions).toEqual([
      'Deployment shop/cart: it cannot be made again',
    ]);
  });

  it('counts a workload that failed and is there after all', () => {
    const failed = { 'uid-cart': 'shop/cart: slow' };

    expect(censusWave([counted('cart')], TARGET, failed)).toMatchObject({
      onTarget: 1,
      exceptions: [],
    });
  });
});

describe('the exceptions of a wave', () => {
  it('are named as far as they fit into a history, and counted beyond', () => {
    const all = Array.from({ length: 25 }, (_, index) => `job-${index}`);

    const names = nameSomeWorkloads(all, 'in the record');

    expect(names).toEqual([...all.slice(0, 20), '5 further workloads: in the record']);
    expect(nameSomeWorkloads(names.slice(1), 'nowhere')).toEqual(names.slice(1));
  });
});

describe('the census of pods without their workloads', () => {
  it('tells which are not as they should be, and counts the others', () => {
    const pods = [pod({ name: 'a' }), pod({ name: 'b' })];

    expect(censusPods(pods, asked({ b: { kind: 'absent' } }))).toEqual({
      pods: 2,
      census: { onTarget: 2, ready: 2, connected: 1, synced: 1 },
      problems: ['shop/b is not connected to an istiod of 1-26-1'],
      mayPass: true,
      remarks: [],
    });
  });

  it('leaves out what an owner wants otherwise', () => {
    const image = 'local/proxyv2:1.24.0';

    expect(censusPods([pod({ proxyImage: image, pinnedImage: image })], asked())).toMatchObject({
      pods: 1,
      census: { onTarget: 0 },
      problems: [],
    });
  });
});
