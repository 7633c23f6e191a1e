import { beforeAll, describe, expect, it } from '@jest/globals';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import { refOf } from '../../src/domain/kubernetes-object.ts';
import { namespaceObject } from '../support/kubernetes-objects.ts';
import {
  ALREADY_EXISTS,
  changedObject,
  CONFLICT,
  HERE,
  OTHER_UID,
  preconditionsOf,
  refusalOf,
  sample,
  TEXT,
  THERE,
  type Open,
} from './contract-samples.ts';
import { describeFollow } from './contract-follows.ts';
import {
  describeApply,
  describeMergePatch,
  describePatchPreconditions,
  describeReplace,
} from './contract-updates.ts';

/**
 * Holds a client to what journals, records and changes rely on: the one of a real API server, and
 * the fake on which those are tested. Call it once for a cluster.
 */
export function describeKubernetesContract(name: string, open: Open): void {
  describe(`kubernetes contract: ${name}`, () => {
    beforeAll(async () => {
      for (const namespace of [HERE, THERE]) await open().create(namespaceObject(namespace));
    });

    describe('reading', () => describeReading(open));
    describe('a list', () => describeLists(open));
    describe('create', () => describeCreate(open));
    describe('replace', () => describeReplace(open));
    describe('a merge patch', () => describeMergePatch(open));
    describe('the preconditions of a merge patch', () => describePatchPreconditions(open));
    describe('apply', () => describeApply(open));
    describe('delete', () => describeDelete(open));
    describe('follow', () => describeFollow(open));
  });
}

function describeReading(open: Open): void {
  it('gives nothing for an object that is not there', async () => {
    expect(await open().get(refOf(sample('absent')))).toBeUndefined();
  });

  it('gives an object as it was made, with a uid and a version from the server', async () => {
    const made = await open().create(sample('made', { data: { a: '1' } }));

    const found = await open().get(refOf(made));

    expect(found).toEqual(made);
    expect(found).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } });
    expect(found?.metadata).toMatchObject({ name: 'made', namespace: HERE });
    expect([found?.metadata.uid, found?.metadata.resourceVersion]).toEqual([TEXT, TEXT]);
  });

  it('tells the time of the server with an object, also where there is none', async () => {
    const made = await open().create(sample('dated'));

    const [there, absent] = [
      await open().getDated(refOf(made)),
      await open().getDated(refOf(sample('absent'))),
    ];

    expect([there.object, absent.object]).toEqual([made, undefined]);
    for (const { at } of [there, absent]) {
      expect(Math.abs(Date.now() - (at ?? Number.NaN))).toBeLessThan(60_000);
    }
  });

  it('tells the version of the server', async () => {
    expect(await open().serverVersion()).toMatch(/^v\d+\.\d+\.\d+/);
  });
}

function describeLists(open: Open): void {
  beforeAll(async () => {
    for (const namespace of [THERE, HERE]) {
      await open().create(sample('listed-b', { metadata: { namespace, labels: { run: 'r2' } } }));
      await open().create(sample('listed-a', { metadata: { namespace, labels: { run: 'r1' } } }));
      await open().create(sample('listed-c', { metadata: { namespace, labels: { walk: 'r1' } } }));
    }
  });

  it.each([
    ['of a namespace', { namespace: HERE }, ['here a', 'here b', 'here c']],
    ['of all', {}, ['here a', 'here b', 'here c', 'there a', 'there b', 'there c']],
    ['by a label', { labelSelector: 'run=r1' }, ['here a', 'there a']],
    ['by any value of a label', { namespace: HERE, labelSelector: 'run' }, ['here a', 'here b']],
    ['by two labels', { labelSelector: 'run=r2,run' }, ['here b', 'there b']],
    ['by labels that never meet', { labelSelector: 'run=r1,walk' }, []],
  ])('%s has these and no others, in order', async (_what, options, expected) => {
    const found = await open().list(RESOURCE_KINDS.configMap, options);

    const places = found.map(({ metadata }) => `${metadata.namespace ?? ''} ${metadata.name}`);
    expect(places.filter((place) => place.includes('listed-'))).toEqual(
      expected.map((place) => `contract-${place.replace(' ', ' listed-')}`),
    );
  });

  it('has objects as they are read one by one, or only their metadata', async () => {
    const options = { namespace: HERE, labelSelector: 'run=r1' };
    const whole = await open().get(refOf(sample('listed-a')));

    const listed = await open().list(RESOURCE_KINDS.configMap, options);
    const bare = await open().list(RESOURCE_KINDS.configMap, { ...options, metadataOnly: true });

    expect(listed).toEqual([whole]);
    expect(bare).toEqual([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: whole?.metadata }]);
  });
}

function describeCreate(open: Open): void {
  it('of what is there is refused as AlreadyExists and changes nothing', async () => {
    const made = await open().create(sample('twice', { data: { a: '1' } }));

    const again = open().create(sample('twice', { data: { a: '2' } }));

    expect(await refusalOf(again)).toEqual(ALREADY_EXISTS);
    expect(await open().get(refOf(made))).toEqual(made);
  });

  it('after a deletion makes another object, with a uid of its own', async () => {
    const first = await open().create(sample('anew'));
    await open().delete(refOf(first));

    const second = await open().create(sample('anew'));

    expect(second.metadata.uid).not.toBe(first.metadata.uid);
    expect(second.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
  });

  it('gives the uid itself, whatever the object brings', async () => {
    const made = await open().create(sample('uid', { metadata: { uid: OTHER_UID } }));

    expect(made.metadata.uid).not.toBe(OTHER_UID);
  });

  it('as a dry run answers and makes nothing', async () => {
    const answer = await open().create(sample('dry', { data: { a: '1' } }), { dryRun: true });

    expect(answer).toMatchObject({ metadata: { name: 'dry' }, data: { a: '1' } });
    expect(await open().get(refOf(answer))).toBeUndefined();
  });
}

function describeDelete(open: Open): void {
  it('answers true for what was there and false for what is gone', async () => {
    const made = await open().create(sample('deleted'));
    const ref = refOf(made);

    expect(await open().delete(ref)).toBe(true);
    expect(await open().get(ref)).toBeUndefined();
    expect(await open().delete(ref)).toBe(false);
    expect(await open().delete(ref, preconditionsOf(made))).toBe(false);
  });

  it('of the very object and version that were read is done', async () => {
    const { current } = await changedObject(open(), 'deleted-in-time');

    expect(await open().delete(refOf(current), preconditionsOf(current))).toBe(true);
    expect(await open().get(refOf(current))).toBeUndefined();
  });

  it.each([
    ['another uid', 'other', { uid: OTHER_UID }],
    ['the same uid at a version that has passed', 'late', {}],
  ])('of %s is refused as Conflict, and it stays', async (_what, name, wrong) => {
    const { old, current } = await changedObject(open(), `deleted-${name}`);

    const deleted = open().delete(refOf(old), { ...preconditionsOf(old), ...wrong });

    expect(await refusalOf(deleted)).toEqual(CONFLICT);
    expect(await open().get(refOf(old))).toEqual(current);
  });
}
