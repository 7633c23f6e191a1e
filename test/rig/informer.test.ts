import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startInformer } from '../../rig/kubernetes/informer.ts';

interface Thing {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly spec?: string;
}

const thing = (uid: string, resourceVersion: string): Thing => ({
  metadata: { uid, resourceVersion },
});

/** Plays the API server: lists what it is told to, and hands out watches that the test writes to. */
class FakeApi {
  items: Thing[] = [];
  readonly watches: { readonly path: string; readonly stream: PassThrough }[] = [];

  get<T>(): Promise<T> {
    return Promise.resolve({ metadata: { resourceVersion: '10' }, items: this.items } as T);
  }

  open(path: string): Promise<never> {
    const stream = new PassThrough();
    this.watches.push({ path, stream });
    return Promise.resolve(stream as never);
  }

  async send(type: string, object: unknown): Promise<void> {
    this.watches.at(-1)?.stream.write(`${JSON.stringify({ type, object })}\n`);
    await settle();
  }

  async endWatch(): Promise<void> {
    this.watches.at(-1)?.stream.end();
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('startInformer', () => {
  let api: FakeApi;
  let ended: AbortController;
  let seen: string[];

  beforeEach(() => {
    api = new FakeApi();
    ended = new AbortController();
    seen = [];
  });

  afterEach(() => {
    ended.abort();
    for (const { stream } of api.watches) stream.end();
  });

  async function start(keep: (whole: Thing) => Thing = (whole) => whole) {
    const informer = await startInformer<Thing>({
      client: api,
      path: '/things',
      signal: ended.signal,
      keep,
      onChange: ({ metadata: { uid, resourceVersion }, spec = '' }) =>
        seen.push(`${uid}@${resourceVersion}${spec}`),
      onDelete: ({ metadata }) => seen.push(`-${metadata.uid}`),
    });
    await settle();
    return informer;
  }

  it('holds what is listed before it resolves, then follows the watch', async () => {
    api.items = [thing('a', '3')];

    const informer = await start();
    await api.send('ADDED', thing('b', '11'));
    await api.send('MODIFIED', thing('a', '12'));
    await api.send('DELETED', thing('b', '13'));

    expect(seen).toEqual(['a@3', 'b@11', 'a@12', '-b']);
    expect(informer.items()).toEqual([thing('a', '12')]);
    expect(api.watches.map(({ path }) => path)).toEqual([
      '/things?watch=1&allowWatchBookmarks=true&resourceVersion=10',
    ]);
  });

  it('holds only what it is told to keep, and tells of the whole all the same', async () => {
    api.items = [{ ...thing('a', '3'), spec: ' whole' }];

    const informer = await start(({ metadata }) => ({ metadata }));

    expect(seen).toEqual(['a@3 whole']);
    expect(informer.items()).toEqual([thing('a', '3')]);
  });

  it('goes on from the last bookmark when a watch ends', async () => {
    await start();

    await api.send('BOOKMARK', { metadata: { resourceVersion: '40' } });
    await api.endWatch();

    expect(api.watches.at(-1)?.path).toContain('resourceVersion=40');
  });

  it('lists again when its version is too old, and notices what is gone', async () => {
    api.items = [thing('a', '3'), thing('b', '4')];
    const informer = await start();

    api.items = [thing('b', '4'), thing('c', '50')];
    await api.send('ERROR', { code: 410 });

    expect(seen).toEqual(['a@3', 'b@4', '-a', 'c@50']);
    expect(informer.items()).toEqual(api.items);
    expect(api.watches.length).toBe(2);
  });
});
