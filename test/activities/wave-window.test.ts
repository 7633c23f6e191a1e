import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { WaveCheckpoint } from '../../src/activities/restart/wave-checkpoint.ts';
import type { WindowGuard } from '../../src/activities/time/window-guard.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import type { ClosedWindow } from '../../src/domain/time/maintenance-window.ts';
import type { FakeKubernetes } from '../support/fake-kubernetes.ts';
import { controllerOf, placePod, placeWorkload, rollOut } from '../support/placed-mesh.ts';
import { useWave } from '../support/wave-stage.ts';

const TOKEN = 'r1/wave-1';
const DAYS_MS = 86_400_000;
const wave = await useWave({ maxPodsInFlight: 2, workloadDeadlineSeconds: 600 });
const { time, planned, restart, writesTo } = wave;

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = wave.cluster;
});

const CLOSED: ClosedWindow = {
  kind: 'closed',
  because: 'no window is open',
  opensAt: '2026-11-26T22:00:00.000Z',
};

/** Open for that many looks, and closed from then on. */
function openFor(looks: number): WindowGuard & { asked: number; follows: string[] } {
  const guard = {
    asked: 0,
    follows: [] as string[],
    follow: () => {
      guard.follows.push('begun');
      return { close: () => void guard.follows.push('ended') };
    },
    verdict: async () => {
      guard.asked += 1;
      return guard.asked <= looks ? ({ kind: 'open' } as const) : CLOSED;
    },
    assertOpen: async () => undefined,
  };
  return guard;
}

const OPEN = openFor(Number.POSITIVE_INFINITY);
const templates = (): readonly string[] => writesTo(/^patch StatefulSet/);
const evictions = (): readonly string[] => writesTo(/^evict /);

/** A controller that makes a new pod for each that is missing during each wait. */
function recreating(ref: Parameters<typeof placePod>[1], replicas: number): void {
  time.meanwhile(async () => {
    const pods = await cluster.list(RESOURCE_KINDS.pod, { namespace: 'shop' });
    const names = new Set(pods.map(({ metadata }) => metadata.name));
    for (let index = 0; index < replicas; index += 1) {
      if (!names.has(`${ref.name}-${index}`)) placePod(cluster, ref, index);
    }
  });
}

describe('a window that closes amid a wave', () => {
  it('lets nothing more begin; what is on its way arrives, and the wave says how far it is', async () => {
    const workloads = ['a', 'b', 'c'].map((name) => placeWorkload(cluster, name));
    await planned(workloads);
    const seen = controllerOf(cluster, time, { workloads, token: TOKEN });

    const parked = await restart({ guard: openFor(1) });
    const begun = [...templates()];
    const held = wave.heart.beats.flatMap((beat) => (beat as WaveCheckpoint).held ?? []);
    const finished = await restart({ guard: OPEN, checkpoint: parked });

    expect(begun).toEqual(['patch StatefulSet shop/a', 'patch StatefulSet shop/b']);
    expect(held).toContain(CLOSED.because);
    expect(seen.slice(0, 2)).toEqual(['a b', 'b']);
    expect(parked).toMatchObject({
      finished: false,
      done: 2,
      total: 3,
      begun: {},
      outside: CLOSED,
    });
    expect(templates()).toEqual([...begun, 'patch StatefulSet shop/c']);
    expect(finished).toMatchObject({ finished: true, done: 3 });
    expect(finished).not.toHaveProperty('outside');
  });

  it('is not asked about where there is nothing to begin', async () => {
    const cart = placeWorkload(cluster, 'cart');
    await planned([cart]);
    // Slow pods: there are looks at which they are on their way.
    time.meanwhile(() => (time.waits > 3 ? rollOut(cluster, cart) : undefined));
    const guard = openFor(1);

    const result = await restart({ guard });

    expect(result).toMatchObject({ finished: true, done: 1 });
    expect(guard.asked).toBe(1);
    expect(guard.follows).toEqual(['begun', 'ended']);
  });

  it('that was closed from the beginning on leaves everything as it is', async () => {
    await planned([placeWorkload(cluster, 'cart')]);

    const parked = await restart({ guard: openFor(0) });

    expect(parked).toMatchObject({ finished: false, done: 0, outside: CLOSED });
    expect(templates()).toEqual([]);
  });

  it('stops what moves pod by pod between two pods, and days later it has its whole time', async () => {
    const ledger = placeWorkload(cluster, 'ledger', {
      pods: 3,
      spec: { updateStrategy: { type: 'OnDelete' } },
    });
    await planned([ledger]);
    recreating(ledger, 3);

    const parked = await restart({ guard: openFor(1) });
    const before = [...evictions()];
    const ready = await cluster.list(RESOURCE_KINDS.pod, { namespace: 'shop' });
    time.meanwhile(() => undefined);
    const wait = Date.now() + 3 * DAYS_MS;
    recreating(ledger, 3);
    jest.setSystemTime(wait);
    const finished = await restart({ guard: OPEN, checkpoint: parked });

    expect(before).toEqual(['evict Pod shop/ledger-2']);
    expect(ready).toHaveLength(3);
    expect(Object.keys(parked.begun)).toEqual([ledger.uid]);
    expect(parked).toMatchObject({ finished: false, outside: CLOSED });
    expect(finished).toMatchObject({ finished: true, done: 1, pods: 3 });
    expect(evictions()).toHaveLength(3);
  });

  it('gives what moves pod by pod its whole time after a pause as well, however long that was', async () => {
    const ledger = placeWorkload(cluster, 'ledger', {
      pods: 3,
      spec: { updateStrategy: { type: 'OnDelete' } },
    });
    await planned([ledger]);
    recreating(ledger, 3);
    // As a pause leaves it: of a window nothing is said.
    const { outside, ...paused } = await restart({ guard: openFor(1) });
    expect(outside).toEqual(CLOSED);

    time.meanwhile(() => undefined);
    const wait = Date.now() + 3 * DAYS_MS;
    recreating(ledger, 3);
    jest.setSystemTime(wait);
    const finished = await restart({ checkpoint: paused });

    expect(Object.keys(paused.begun)).toEqual([ledger.uid]);
    expect(finished).toMatchObject({ finished: true, done: 1, pods: 3 });
  });

  it('does not hide that more have failed than may: the wave fails once the rest has arrived', async () => {
    const [bad, slow] = [placeWorkload(cluster, 'bad'), placeWorkload(cluster, 'slow')];
    await planned([bad, slow], { workloadDeadlineSeconds: 30 });
    // Nobody brings the new pods of either.
    time.meanwhile(() => undefined);

    const failing = restart({ guard: openFor(1) });

    await expect(failing).rejects.toMatchObject({ type: 'ThresholdPassed' });
    expect(templates()).toHaveLength(2);
  });
});
