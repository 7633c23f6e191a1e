import { expect, it } from '@jest/globals';
import { refOf } from '../../src/domain/kubernetes-object.ts';
import { webhooksOf } from '../../src/domain/mesh/webhook-shapes.ts';
import {
  changedObject,
  CONFLICT,
  INVALID,
  NOT_FOUND,
  OTHER_UID,
  refusalOf,
  sample,
  TEXT,
  webhooksNamed,
  type Open,
} from './contract-samples.ts';

const MANAGER = { fieldManager: 'contract' };

export function describeReplace(open: Open): void {
  it('puts another content in place of the whole, which stays the same object', async () => {
    const before = await open().create(sample('replaced', { data: { a: '1', b: '1' } }));

    const after = await open().replace({ ...before, data: { c: '3' } });

    expect(after['data']).toEqual({ c: '3' });
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.metadata.resourceVersion).not.toBe(before.metadata.resourceVersion);
    expect(await open().get(refOf(before))).toEqual(after);
  });

  it('without a version replaces whatever is there', async () => {
    const before = await open().create(sample('versionless', { data: { a: '1' } }));

    const after = await open().replace(sample('versionless', { data: { b: '2' } }));

    expect(after['data']).toEqual({ b: '2' });
    expect(after.metadata.uid).toBe(before.metadata.uid);
  });

  it('at a version that has passed is refused as Conflict', async () => {
    const { old, current } = await changedObject(open(), 'replaced-late');

    expect(await refusalOf(open().replace({ ...old, data: { b: '2' } }))).toEqual(CONFLICT);
    expect(await open().get(refOf(old))).toEqual(current);
  });

  it('of an object with another uid is refused as Conflict', async () => {
    const made = await open().create(sample('replaced-other'));
    const other = sample('replaced-other', { metadata: { uid: OTHER_UID }, data: { b: '2' } });

    expect(await refusalOf(open().replace(other))).toEqual(CONFLICT);
    expect(await open().get(refOf(made))).toEqual(made);
  });

  it('of nothing is refused as NotFound', async () => {
    expect(await refusalOf(open().replace(sample('absent')))).toEqual(NOT_FOUND);
  });

  it('by the same is no change: the version stays', async () => {
    const before = await open().create(sample('replaced-by-itself', { data: { a: '1' } }));

    expect(await open().replace(before)).toEqual(before);
  });
}

export function describeMergePatch(open: Open): void {
  it('sets members, removes those that are null and leaves the others', async () => {
    const labels = { team: 'a', tier: 'web' };
    const before = await open().create(
      sample('patched', { metadata: { labels }, data: { a: '1', b: '1' } }),
    );

    const after = await open().mergePatch(refOf(before), {
      metadata: { labels: { team: null, zone: 'x' } },
      data: { a: null, b: '2', c: null },
    });

    expect(after['data']).toEqual({ b: '2' });
    expect(after.metadata.labels).toEqual({ tier: 'web', zone: 'x' });
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.metadata.resourceVersion).not.toBe(before.metadata.resourceVersion);
    expect(await open().get(refOf(before))).toEqual(after);
  });

  it('replaces lists whole', async () => {
    const before = await open().create(webhooksNamed(['a.example.com', 'b.example.com']));

    const { webhooks } = webhooksNamed(['c.example.com']);
    const after = await open().mergePatch(refOf(before), { webhooks });

    expect(webhooksOf(before).map(({ name }) => name)).toEqual(['a.example.com', 'b.example.com']);
    expect(webhooksOf(after).map(({ name }) => name)).toEqual(['c.example.com']);
  });

  it('that asks for what is there is no change: the version stays', async () => {
    const before = await open().create(sample('patched-in-vain', { data: { a: '1' } }));

    const after = await open().mergePatch(refOf(before), { data: { a: '1', b: null } });

    expect(after).toEqual(before);
  });

  it('of nothing is refused as NotFound', async () => {
    expect(await refusalOf(open().mergePatch(refOf(sample('absent')), {}))).toEqual(NOT_FOUND);
  });

  it('as a dry run answers and changes nothing', async () => {
    const before = await open().create(sample('patched-dry', { data: { a: '1' } }));

    const patch = { data: { a: '2' } };
    const answer = await open().mergePatch(refOf(before), patch, { dryRun: true });

    expect(answer['data']).toEqual({ a: '2' });
    expect(await open().get(refOf(before))).toEqual(before);
  });
}

export function describePatchPreconditions(open: Open): void {
  it('are met by the very object and version that were read', async () => {
    const { current } = await changedObject(open(), 'patched-in-time');
    const { uid, resourceVersion } = current.metadata;

    const patch = { metadata: { uid, resourceVersion }, data: { b: '2' } };
    const after = await open().mergePatch(refOf(current), patch);

    expect(after['data']).toEqual({ a: '2', b: '2' });
  });

  it.each([
    ['a version that has passed', 'late', { version: 'old' }, CONFLICT],
    ['another uid', 'other', { uid: OTHER_UID }, INVALID],
    [
      'another uid at a version that has passed',
      'both',
      { uid: OTHER_UID, version: 'old' },
      CONFLICT,
    ],
  ] as const)('are not met by %s, and nothing changes', async (_what, name, wrong, refusal) => {
    const { old, current } = await changedObject(open(), `patched-${name}`);
    const metadata = {
      ...('uid' in wrong ? { uid: wrong.uid } : {}),
      ...('version' in wrong ? { resourceVersion: old.metadata.resourceVersion } : {}),
    };

    const patched = open().mergePatch(refOf(old), { metadata, data: { b: '2' } });

    expect(await refusalOf(patched)).toEqual(refusal);
    expect(await open().get(refOf(old))).toEqual(current);
  });
}

export function describeApply(open: Open): void {
  it('makes what is not there', async () => {
    const made = await open().apply(sample('applied-new', { data: { a: '1' } }), MANAGER);

    expect(made['data']).toEqual({ a: '1' });
    expect([made.metadata.uid, made.metadata.resourceVersion]).toEqual([TEXT, TEXT]);
    expect(await open().get(refOf(made))).toEqual(made);
  });

  it('sets its fields on what is there and leaves those of others', async () => {
    const before = await open().create(
      sample('applied-over', { metadata: { labels: { team: 'a' } }, data: { mine: '1' } }),
    );

    const after = await open().apply(sample('applied-over', { data: { b: '2' } }), MANAGER);

    expect(after['data']).toEqual({ mine: '1', b: '2' });
    expect(after.metadata.labels).toEqual({ team: 'a' });
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.metadata.resourceVersion).not.toBe(before.metadata.resourceVersion);
    expect(await open().get(refOf(before))).toEqual(after);
  });

  it('of the same once more is no change: the version stays', async () => {
    const object = sample('applied-twice', { data: { a: '1' } });
    const first = await open().apply(object, MANAGER);

    expect(await open().apply(object, MANAGER)).toEqual(first);
  });

  it('as a dry run answers and neither makes nor changes anything', async () => {
    const dryRun = { ...MANAGER, dryRun: true };
    const there = await open().apply(sample('applied-dry', { data: { a: '1' } }), MANAGER);

    const changed = await open().apply(sample('applied-dry', { data: { a: '2' } }), dryRun);
    const made = await open().apply(sample('applied-never', { data: { a: '3' } }), dryRun);

    expect([changed['data'], made['data']]).toEqual([{ a: '2' }, { a: '3' }]);
    expect(changed.metadata.uid).toBe(there.metadata.uid);
    expect(await open().get(refOf(there))).toEqual(there);
    expect(await open().get(refOf(made))).toBeUndefined();
  });
}
