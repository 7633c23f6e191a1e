import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { FOLLOW_TIMES } from '../../src/clients/kubernetes-follow.ts';
import { untilHolds } from '../support/until-holds.ts';
import { shown, shows, TIMES, useFollowBench } from './follow-bench.ts';
import { thing } from './scripted-api.ts';

const bench = useFollowBench();

describe('what is asked of the server', () => {
  it('is one list in pages, then a watch of 30 s with bookmarks from the version of the list', async () => {
    bench.api.collection = { items: [thing('a', 3), thing('b', 4), thing('c', 5)], version: '10' };
    bench.api.pageSize = 2;

    const mirror = await bench.follow({ namespace: 'shop', labelSelector: 'a=b' });
    await bench.api.nextWatch();

    expect(shown(mirror)).toEqual(['a@3', 'b@4', 'c@5']);
    expect(bench.api.requests.map(({ path, query }) => ({ path, query }))).toEqual([
      { path: '/api/v1/namespaces/shop/pods', query: { limit: '250', labelSelector: 'a=b' } },
      {
        path: '/api/v1/namespaces/shop/pods',
        query: { limit: '250', labelSelector: 'a=b', continue: '2' },
      },
      {
        path: '/api/v1/namespaces/shop/pods',
        query: {
          labelSelector: 'a=b',
          watch: 'true',
          allowWatchBookmarks: 'true',
          resourceVersion: '10',
          timeoutSeconds: '30',
        },
      },
    ]);
  });

  it('is metadata alone where nothing else is wanted', async () => {
    await bench.follow({ metadataOnly: true });
    await bench.api.nextWatch();

    expect(bench.api.requests.map(({ accept }) => accept)).toEqual([
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
      'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    ]);
  });

  it('is never more patience than that a dead watch is found within 35 s', () => {
    expect(FOLLOW_TIMES.deadMs).toBeLessThanOrEqual(35_000);
    expect(FOLLOW_TIMES.deadMs).toBeGreaterThan(FOLLOW_TIMES.watchSeconds * 1000);
  });
});

describe('a watch that ends', () => {
  it('goes on from the last event or bookmark, without a list', async () => {
    const mirror = await bench.follow();
    const first = await bench.api.nextWatch();
    first.send('ADDED', thing('a', 12));
    await shows(mirror, ['a@12']);
    await delay(TIMES.goodMs);
    first.end();
    const second = await bench.api.nextWatch();
    second.send('BOOKMARK', { metadata: { resourceVersion: '40' } });
    await delay(TIMES.goodMs);
    second.end();
    const third = await bench.api.nextWatch();

    expect([second.query['resourceVersion'], third.query['resourceVersion']]).toEqual(['12', '40']);
    expect(bench.api.lists()).toHaveLength(1);
  });

  it('is begun again when its connection is silent, and the dead connection is given up', async () => {
    const mirror = await bench.follow();
    const silent = await bench.api.nextWatch();
    silent.send('ADDED', thing('a', 12));
    await shows(mirror, ['a@12']);

    await silent.closed;
    const next = await bench.api.nextWatch();

    const [before, after] = bench.api.watches();
    const gap = (after?.at ?? 0) - (before?.at ?? 0);
    expect(gap).toBeGreaterThanOrEqual(TIMES.deadMs - 5);
    expect(gap).toBeLessThan(TIMES.deadMs * 4);
    expect(next.query['resourceVersion']).toBe('12');
    expect(bench.api.lists()).toHaveLength(1);
  });

  it('in the middle of an event has that event once more', async () => {
    const mirror = await bench.follow();
    const first = await bench.api.nextWatch();
    first.send('ADDED', thing('a', 12));
    first.write('{"type":"ADDED","object":{"metadata":{"na');
    await shows(mirror, ['a@12']);
    first.cut();
    const second = await bench.api.nextWatch();
    second.send('ADDED', thing('b', 13));

    await shows(mirror, ['a@12', 'b@13']);
    expect(second.query['resourceVersion']).toBe('12');
    expect(bench.api.lists()).toHaveLength(1);
  });
});

describe('a watch that goes wrong', () => {
  it('by a line without end ends the mirror: it would come again', async () => {
    const mirror = await bench.follow({}, { deadMs: 60_000 });
    const watch = await bench.api.nextWatch();

    watch.write('x'.repeat(10_000_001));

    await untilHolds(() => expect(mirror.failure()).toMatchObject({ name: 'LineTooLong' }));
  });

  it.each([
    [
      'an error of the server',
      (end: (text: string) => void) => end('{"type":"ERROR","object":{"code":500}}\n'),
    ],
    ['a line that is no JSON', (end: (text: string) => void) => end('<html>\n')],
    ['an event without an object', (end: (text: string) => void) => end('{"type":"ADDED"}\n')],
    [
      'an event of another type',
      (end: (text: string) => void) => end('{"type":"X","object":{"metadata":{}}}\n'),
    ],
  ])('by %s is begun again, and nothing is lost', async (_what, write) => {
    const mirror = await bench.follow();
    const first = await bench.api.nextWatch();
    first.send('ADDED', thing('a', 12));
    write((text) => first.write(text));
    const second = await bench.api.nextWatch();
    second.send('ADDED', thing('b', 13));

    await shows(mirror, ['a@12', 'b@13']);
    expect(mirror.failure()).toBeUndefined();
    expect(bench.api.lists()).toHaveLength(1);
  });

  it('by its end at once, again and again, is not begun again in haste', async () => {
    await bench.follow({}, { goodMs: 60_000, backoff: { firstMs: 20, longestMs: 50 } });
    const begun = performance.now();
    while (performance.now() - begun < 300) {
      const watch = await bench.api.nextWatch();
      watch.send('BOOKMARK', { metadata: { resourceVersion: '10' } });
      watch.end();
    }

    // Pauses of at least 10, 20, 25, 25 … ms.
    expect(bench.api.watches().length).toBeLessThanOrEqual(15);
    expect(bench.api.watches().length).toBeGreaterThan(1);
  });
});

describe('a version that is too old', () => {
  it.each([
    ['by an event', false],
    ['by the status of the answer', true],
  ])('told %s brings a new list, which ends what is gone', async (_how, byStatus) => {
    bench.api.collection = { items: [thing('a', 3), thing('b', 4)], version: '10' };
    const mirror = await bench.follow();
    const first = await bench.api.nextWatch();
    await shows(mirror, ['a@3', 'b@4']);

    bench.api.collection = { items: [thing('b', 4), thing('c', 50)], version: '60' };
    let left = byStatus ? 1 : 0;
    bench.api.refuse = ({ query }) =>
      query['watch'] !== undefined && left-- > 0 ? { code: 410 } : undefined;
    if (byStatus) first.cut();
    else first.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
    const next = await bench.api.nextWatch();

    expect(shown(mirror)).toEqual(['b@4', 'c@50']);
    expect(next.query['resourceVersion']).toBe('60');
    next.cut();
    await bench.api.nextWatch();
    expect(bench.api.lists()).toHaveLength(2);
  });

  it('told for every watch does not make the server list without pause', async () => {
    bench.api.refuse = ({ query }) => (query['watch'] === undefined ? undefined : { code: 410 });
    await bench.follow({}, { backoff: { firstMs: 20, longestMs: 50 } });

    await delay(300);

    expect(bench.api.lists().length).toBeGreaterThan(1);
    expect(bench.api.lists().length).toBeLessThanOrEqual(15);
  });

  it('leaves events alone that are older than the new list', async () => {
    const mirror = await bench.follow();
    const first = await bench.api.nextWatch();
    bench.api.collection = { items: [thing('a', 50)], version: '60' };
    first.send('ERROR', { code: 410 });
    const next = await bench.api.nextWatch();

    next.send('MODIFIED', thing('a', 49));
    next.send('DELETED', thing('a', 50));
    next.send('ADDED', thing('z', 61));

    await shows(mirror, ['a@50', 'z@61']);
  });
});
