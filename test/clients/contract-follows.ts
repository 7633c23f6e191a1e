import { afterEach, describe, expect, it } from '@jest/globals';
import type { FollowOptions, Mirror } from '../../src/clients/kubernetes-follow.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import { refOf, type KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { untilHolds } from '../support/until-holds.ts';
import { HERE, sample, THERE, type Open } from './contract-samples.ts';

/** What `follow` promises, for a real API server and for the fake alike. */
export function describeFollow(open: Open): void {
  const mirrors: Mirror<unknown>[] = [];
  const follow: Follow = async (options = {}, pick = (object) => object) => {
    const mirror = await open().follow(RESOURCE_KINDS.configMap, options, pick);
    mirrors.push(mirror);
    return mirror;
  };

  afterEach(() => {
    for (const mirror of mirrors.splice(0)) mirror.close();
  });

  describe('its items', () => describeItems(open, follow));
  describe('its selection', () => describeSelection(open, follow));
  describe('its end', () => describeEnd(open, follow));
}

type Follow = (
  options?: FollowOptions,
  pick?: (object: KubernetesObject) => unknown,
) => Promise<Mirror<unknown>>;

function describeItems(open: Open, follow: Follow): void {
  it('has what was there before it resolves, by uid, as it is read one by one', async () => {
    const made = await open().create(sample('followed-first', { data: { a: '1' } }));

    const { items } = await follow({ namespace: HERE });

    expect(items.get(uidOf(made))).toEqual(made);
  });

  it('sees what is created, changed and deleted after it', async () => {
    const { items } = await follow({ namespace: HERE });

    const made = await open().create(sample('followed-life', { data: { a: '1' } }));
    await untilHolds(() => expect(items.get(uidOf(made))).toEqual(made));
    const changed = await open().mergePatch(refOf(made), { data: { a: '2' } });
    await untilHolds(() => expect(items.get(uidOf(made))).toEqual(changed));
    await open().delete(refOf(made));
    await untilHolds(() => expect(items.has(uidOf(made))).toBe(false));
  });

  it('tells an object from another of the same name that came after it', async () => {
    const first = await open().create(sample('followed-twice'));
    const { items } = await follow({ namespace: HERE });
    expect(items.has(uidOf(first))).toBe(true);

    await open().delete(refOf(first));
    const second = await open().create(sample('followed-twice'));

    await untilHolds(() => expect(items.has(uidOf(second))).toBe(true));
    expect(items.has(uidOf(first))).toBe(false);
  });

  it('may have only metadata, in what was there and in what comes', async () => {
    const before = await open().create(sample('followed-bare-1', { data: { a: '1' } }));
    const { items } = await follow({ namespace: HERE, metadataOnly: true });

    const after = await open().create(sample('followed-bare-2', { data: { a: '1' } }));

    await untilHolds(() => expect(items.has(uidOf(after))).toBe(true));
    for (const { apiVersion, kind, metadata } of [before, after]) {
      expect(items.get(uidOf({ metadata }))).toEqual({ apiVersion, kind, metadata });
    }
  });

  it('keeps what is picked, and nothing of what is not', async () => {
    const value = ({ data }: KubernetesObject): string | undefined =>
      (data as Record<string, string> | undefined)?.['keep'];
    const { items } = await follow({ namespace: HERE }, value);

    const made = await open().create(sample('followed-picked', { data: { keep: 'a' } }));
    await untilHolds(() => expect(items.get(uidOf(made))).toBe('a'));
    await open().mergePatch(refOf(made), { data: { keep: null } });
    await untilHolds(() => expect(items.has(uidOf(made))).toBe(false));
  });

  it('tells of each change after it was made', async () => {
    let told = 0;
    const mirror = await follow({ namespace: HERE, onChange: () => (told += 1) });
    expect(told).toBe(0);

    const made = await open().create(sample('followed-told'));

    await untilHolds(() => expect(mirror.items.has(uidOf(made))).toBe(true));
    expect(told).toBeGreaterThan(0);
  });

  it('has, once refreshed, what was written before', async () => {
    const mirror = await follow({ namespace: HERE });
    const made = await open().create(sample('followed-refreshed', { data: { a: '1' } }));
    const changed = await open().mergePatch(refOf(made), { data: { a: '2' } });

    await mirror.refresh();

    expect(mirror.items.get(uidOf(made))).toEqual(changed);
  });
}

function describeSelection(open: Open, follow: Follow): void {
  it.each([
    ['a namespace', { namespace: HERE }, { metadata: { namespace: THERE } }],
    ['a label', { labelSelector: 'follow=yes' }, { metadata: { labels: { follow: 'no' } } }],
    ['a name', { namespace: HERE, fieldSelector: 'metadata.name=followed-name' }, {}],
  ])('by %s has these and no others', async (what, options, others) => {
    const { items } = await follow(options);
    const name = `followed-${what.split(' ')[1] ?? ''}`;

    const other = await open().create(sample(`${name}-other`, others));
    const ours = await open().create(sample(name, { metadata: { labels: { follow: 'yes' } } }));

    await untilHolds(() => expect(items.has(uidOf(ours))).toBe(true));
    expect(items.has(uidOf(other))).toBe(false);
  });

  it('by a label loses what loses the label, and has it again with it', async () => {
    const labelled = sample('followed-leaving', { metadata: { labels: { stay: 'yes' } } });
    const made = await open().create(labelled);
    const { items } = await follow({ labelSelector: 'stay=yes' });
    expect(items.has(uidOf(made))).toBe(true);

    await open().mergePatch(refOf(made), { metadata: { labels: { stay: null } } });
    await untilHolds(() => expect(items.has(uidOf(made))).toBe(false));
    const back = await open().mergePatch(refOf(made), { metadata: { labels: { stay: 'yes' } } });
    await untilHolds(() => expect(items.get(uidOf(made))).toEqual(back));
  });
}

function describeEnd(open: Open, follow: Follow): void {
  it('changes no more once it is closed, and refuses to be refreshed', async () => {
    const closed = await follow({ namespace: HERE });
    const other = await follow({ namespace: HERE });

    closed.close();
    const made = await open().create(sample('followed-closed'));

    await untilHolds(() => expect(other.items.has(uidOf(made))).toBe(true));
    expect(closed.items.has(uidOf(made))).toBe(false);
    expect(closed.failure()).toBeUndefined();
    await expect(closed.refresh()).rejects.toThrow('closed');
  });

  it('is closed by its signal', async () => {
    const ended = new AbortController();
    const mirror = await follow({ namespace: HERE, signal: ended.signal });
    await mirror.refresh();

    ended.abort(new Error('the caller has gone'));

    await expect(mirror.refresh()).rejects.toThrow('the caller has gone');
  });

  it.each([
    ['onChange', { onChange: fail }, (object: KubernetesObject): unknown => object],
    [
      'pick',
      {},
      ({ metadata }: KubernetesObject) => metadata.name === 'followed-failing-pick' && fail(),
    ],
  ])('ends with what %s throws', async (what, options, pick) => {
    const mirror = await follow({ namespace: HERE, ...options }, pick);
    expect(mirror.failure()).toBeUndefined();

    await open().create(sample(`followed-failing-${what.toLowerCase()}`));

    await untilHolds(() => expect(mirror.failure()).toEqual(new Error('the caller cannot')));
    await expect(mirror.refresh()).rejects.toThrow('the caller cannot');
  });
}

function fail(): never {
  throw new Error('the caller cannot');
}

function uidOf({ metadata }: Pick<KubernetesObject, 'metadata'>): string {
  return metadata.uid ?? '';
}
