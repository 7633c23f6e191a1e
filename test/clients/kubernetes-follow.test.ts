import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { KubernetesError, KubernetesUnreachable } from '../../src/clients/kubernetes-error.ts';
import type { Mirror } from '../../src/clients/kubernetes-follow.ts';
import { seeded } from '../support/seeded.ts';
import { untilHolds } from '../support/until-holds.ts';
import { shown, TIMES, useFollowBench } from './follow-bench.ts';
import { thing } from './scripted-api.ts';

const bench = useFollowBench();

describe('trouble', () => {
  it('by 429 is waited out for as long as the server asks', async () => {
    let refusedAt = 0;
    bench.api.refuse = ({ query }) => {
      if (query['watch'] === undefined || refusedAt > 0) return undefined;
      refusedAt = performance.now();
      return { code: 429, retryAfter: '1' };
    };
    await bench.follow();
    await bench.api.nextWatch();

    expect((bench.api.watches()[1]?.at ?? 0) - refusedAt).toBeGreaterThanOrEqual(1000);
  });

  it.each([401, 403, 404])('by %s ends the mirror, which tells', async (code) => {
    let told = 0;
    const mirror = await bench.follow({ onChange: () => (told += 1) });
    const watch = await bench.api.nextWatch();
    expect([mirror.failure(), told]).toEqual([undefined, 0]);

    bench.api.refuse = () => ({ code });
    watch.cut();
    await untilHolds(() => expect(mirror.failure()).toMatchObject({ code }));
    const asked = bench.api.requests.length;
    await delay(100);

    expect(mirror.failure()).toBeInstanceOf(KubernetesError);
    expect(told).toBe(1);
    expect(bench.api.requests).toHaveLength(asked);
    await expect(mirror.refresh()).rejects.toBe(mirror.failure());
  });

  it('by 500 at 30 % of all requests and watches that break costs nothing but requests', async () => {
    const random = seeded(7);
    bench.api.refuse = () => (random() < 0.3 ? { code: 500 } : undefined);
    bench.api.pageSize = 2;
    const objects = Array.from({ length: 40 }, (_, at) => thing(`o${at}`, at + 1));
    bench.api.collection = { items: objects, version: '100' };
    const mirror = await bench.follow();

    for (let version = 101; version <= 140; version += 1) {
      const watch = await bench.api.nextWatch();
      watch.send('MODIFIED', thing(`o${version - 101}`, version));
      await untilHolds(() =>
        expect(mirror.items.get(`uid-o${version - 101}`)).toContain(`@${version}`),
      );
      watch.cut();
    }

    expect(shown(mirror)).toEqual(objects.map((_, at) => `o${at}@${at + 101}`).toSorted());
    // 20 pages and 40 watches, each asked for 1 / 0.7 times.
    expect(bench.api.requests.length / 60).toBeLessThan(1.5 + 0.1);
    expect(mirror.failure()).toBeUndefined();
  });
});

describe('a first list', () => {
  it('is only delayed by trouble that passes', async () => {
    let left = 7;
    bench.api.refuse = () => (left-- > 0 ? { code: 503 } : undefined);
    bench.api.collection = { items: [thing('a', 3)], version: '10' };

    expect(shown(await bench.follow())).toEqual(['a@3']);
  });

  it('fails with trouble that does not pass', async () => {
    bench.api.refuse = () => ({ code: 403 });
    await expect(bench.follow()).rejects.toMatchObject({ code: 403 });
    expect(bench.api.requests).toHaveLength(1);

    bench.api.refuse = () => ({ code: 503 });
    const begun = performance.now();
    await expect(bench.follow()).rejects.toMatchObject({ code: 503 });
    expect(performance.now() - begun).toBeLessThan(TIMES.firstListMs + 5000);
  });
});

describe('refresh', () => {
  it('lists anew beside a watch, which goes on', async () => {
    const mirror = await bench.follow();
    const watch = await bench.api.nextWatch();
    watch.send('ADDED', thing('b', 12));
    await untilHolds(() => expect(shown(mirror)).toEqual(['b@12']));

    bench.api.collection = { items: [thing('a', 20)], version: '30' };
    await delay(2);
    const asked = Date.now();
    expect(mirror.listedAt()).toBeLessThan(asked);
    await mirror.refresh();
    expect(mirror.listedAt()).toBeGreaterThanOrEqual(asked);
    expect(shown(mirror)).toEqual(['a@20']);
    watch.send('MODIFIED', thing('a', 25));
    watch.send('MODIFIED', thing('a', 31));
    await untilHolds(() => expect(shown(mirror)).toEqual(['a@31']));

    expect(bench.api.watches()).toHaveLength(1);
  });

  it('lists once more where a bookmark overtook the list', async () => {
    const mirror = await bench.follow();
    const watch = await bench.api.nextWatch();
    watch.send('ADDED', thing('b', 12));
    await untilHolds(() => expect(shown(mirror)).toEqual(['b@12']));
    const held = Promise.withResolvers<void>();
    const underWay = Promise.withResolvers<void>();
    bench.api.refuse = async ({ query }) => {
      if (query['watch'] !== undefined || bench.api.lists().length !== 2) return undefined;
      underWay.resolve();
      await held.promise;
      return undefined;
    };

    const refreshed = mirror.refresh();
    await underWay.promise;
    const heard = mirror.heardAt();
    watch.send('BOOKMARK', thing('', 40));
    await untilHolds(() => expect(mirror.heardAt()).toBeGreaterThan(heard));
    bench.api.collection = { items: [thing('a', 20)], version: '50' };
    held.resolve();
    await refreshed;

    expect(bench.api.lists()).toHaveLength(3);
    expect(shown(mirror)).toEqual(['a@20']);
  });

  it('takes the word of a store that counts anew from an earlier version, and does not ask it again and again', async () => {
    bench.api.collection = { items: [thing('a', 20)], version: '30' };
    const mirror = await bench.follow();
    const watch = await bench.api.nextWatch();
    watch.send('ADDED', thing('b', 32));
    await untilHolds(() => expect(shown(mirror)).toContain('b@32'));

    bench.api.collection = { items: [thing('a', 4)], version: '5' };
    await mirror.refresh();

    expect(shown(mirror)).toEqual(['a@4']);
    expect(bench.api.lists()).toHaveLength(3);
  });

  it('lists in the place of a watch that is not there', async () => {
    bench.api.refuse = ({ query }) => (query['watch'] === undefined ? undefined : { code: 503 });
    const mirror = await bench.follow();

    bench.api.collection = { items: [thing('a', 20)], version: '30' };
    await mirror.refresh();

    expect(shown(mirror)).toEqual(['a@20']);
  });

  it('is not content with a list that had begun before it', async () => {
    const mirror = await bench.follow();
    const held = Promise.withResolvers<void>();
    const underWay = Promise.withResolvers<void>();
    bench.api.refuse = async ({ query }) => {
      if (query['watch'] !== undefined || bench.api.lists().length !== 2) return undefined;
      underWay.resolve();
      await held.promise;
      return undefined;
    };
    const early = mirror.refresh();
    await underWay.promise;
    bench.api.collection = { items: [thing('a', 20)], version: '30' };
    const late = mirror.refresh();
    held.resolve();

    await early;
    expect(shown(mirror)).toEqual([]);
    await late;
    expect(shown(mirror)).toEqual(['a@20']);
    expect(bench.api.lists()).toHaveLength(3);
  });

  it('tries again in trouble, and is answered in the end', async () => {
    const mirror = await bench.follow();
    await bench.api.nextWatch();
    let left = 7;
    bench.api.refuse = () => (left-- > 0 ? { code: 503 } : undefined);
    bench.api.collection = { items: [thing('a', 20)], version: '30' };

    await mirror.refresh();

    expect(shown(mirror)).toEqual(['a@20']);
  });
});

describe('close', () => {
  it('ends the connection at once, and nothing is asked any more', async () => {
    const mirror = await bench.follow();
    const watch = await bench.api.nextWatch();

    const begun = performance.now();
    mirror.close();
    await watch.closed;
    expect(performance.now() - begun).toBeLessThan(1000);
    const asked = bench.api.requests.length;
    await delay(100);

    expect(bench.api.requests).toHaveLength(asked);
    expect(mirror.failure()).toBeUndefined();
  });

  it('by the signal ends a first list that is under way', async () => {
    const ended = new AbortController();
    bench.api.refuse = async () => {
      ended.abort(new Error('the caller has gone'));
      return delay(60_000, undefined, { ref: false });
    };

    await expect(bench.follow({ signal: ended.signal })).rejects.toThrow('the caller has gone');
  });

  it('within a change is the end of it', async () => {
    const mirror: Mirror<string> = await bench.follow({ onChange: () => mirror.close() });
    const watch = await bench.api.nextWatch();

    watch.write(
      [thing('a', 11), thing('b', 12)]
        .map((object) => `${JSON.stringify({ type: 'ADDED', object })}\n`)
        .join(''),
    );
    await watch.closed;

    expect(shown(mirror)).toEqual(['a@11']);
  });

  it('refuses a refresh that nobody waits for without ending the process', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const mirror = await bench.follow();
    await bench.api.nextWatch();

    void mirror.refresh();
    mirror.close();
    void mirror.refresh();
    await delay(50);

    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

it('tells when the server was heard last', async () => {
  const mirror = await bench.follow();
  const watch = await bench.api.nextWatch();
  await untilHolds(() =>
    expect(mirror.heardAt()).toBeGreaterThan(bench.api.watches()[0]?.at ?? Infinity),
  );
  const opened = mirror.heardAt();
  await delay(30);
  expect(mirror.heardAt()).toBe(opened);

  watch.send('BOOKMARK', { metadata: { resourceVersion: '11' } });

  await untilHolds(() => expect(mirror.heardAt()).toBeGreaterThan(opened + 20));
});

it('says that no server is there once its patience is over', async () => {
  await bench.api.close();

  await expect(bench.follow()).rejects.toBeInstanceOf(KubernetesUnreachable);
});
