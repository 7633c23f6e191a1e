import { beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { claimMesh, readOwner, releaseMesh } from '../../src/activities/record/owner-record.ts';
import { openRunRecord, RecordError } from '../../src/activities/record/run-record.ts';
import { KubernetesError } from '../../src/clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import { formatRef, type KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { UNREADABLE_OWNER } from '../../src/domain/mesh/observed-mesh.ts';
import { Crash, createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';

const MESH = 'istio-system';
const HEAD = { apiVersion: 'v1', kind: 'ConfigMap', namespace: MESH, name: 'meshlift-run-r1-plan' };

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = createFakeKubernetes();
});

async function head(): Promise<KubernetesObject> {
  const found = await cluster.get(HEAD);
  if (found === undefined) throw new Error('expected the head of the record');
  return found;
}

describe("a run's record", () => {
  it('gives back what was put, and nothing for what never was', async () => {
    const record = openRunRecord(cluster, MESH, 'r1');

    await record.put('plan', { a: [1, 'ü'], b: null });

    expect(await record.get('plan')).toEqual({ a: [1, 'ü'], b: null });
    expect(await record.get('snapshot')).toBeUndefined();
    expect(await openRunRecord(cluster, MESH, 'r2').get('plan')).toBeUndefined();
  });

  it('replaces a part whole', async () => {
    const record = openRunRecord(cluster, MESH, 'r1');
    await record.put('plan', { version: 1 });

    await record.put('plan', { version: 2 });

    expect(await record.get('plan')).toEqual({ version: 2 });
  });

  it('carries the marks by which it is found', async () => {
    await openRunRecord(cluster, MESH, 'r1').put('plan', {});

    expect((await head()).metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'meshlift',
      'meshlift.dev/run': 'r1',
    });
  });

  it('splits what is larger than a ConfigMap may be', async () => {
    const large = { noise: randomBytes(1_200_000).toString('base64') };
    const record = openRunRecord(cluster, MESH, 'r1');

    await record.put('plan', large);

    expect(cluster.writes.length).toBeGreaterThan(1);
    expect(await record.get('plan')).toEqual(large);
  });

  it('keeps the old value when a writer dies between two chunks', async () => {
    const record = openRunRecord(cluster, MESH, 'r1');
    const old = { noise: randomBytes(1_200_000).toString('base64') };
    await record.put('plan', old);
    cluster.crashAfter(1);

    const torn = record.put('plan', { noise: randomBytes(1_200_000).toString('base64') });

    await expect(torn).rejects.toThrow(Crash);
    expect(await record.get('plan')).toEqual(old);
  });

  it.each([
    ['content that was edited', { binaryData: { gzip: 'AAAA' } }],
    ['content that is gone', { binaryData: {} }],
    ['a digest that was edited', { data: { sha256: 'f'.repeat(64), chunks: '1' } }],
    ['a count of chunks that was edited', { data: { chunks: '2', sha256: 'f'.repeat(64) } }],
  ])('refuses %s', async (_what, edit) => {
    const record = openRunRecord(cluster, MESH, 'r1');
    await record.put('plan', { a: 1 });
    expect(await record.get('plan')).toEqual({ a: 1 });

    cluster.place({ ...(await head()), ...edit });

    await expect(record.get('plan')).rejects.toThrow(RecordError);
  });
});

describe("a run's record that somebody rewrote, digest and all", () => {
  it.each([
    ['no gzip', Buffer.from('{}')],
    ['no JSON', gzipSync('plan')],
  ])('is refused where it is %s', async (_what, content) => {
    const record = openRunRecord(cluster, MESH, 'r1');
    await record.put('plan', { a: 1 });
    const sha256 = createHash('sha256').update(content).digest('hex');

    cluster.place({
      ...(await head()),
      data: { sha256, chunks: '1' },
      binaryData: { gzip: content.toString('base64') },
    });

    await expect(record.get('plan')).rejects.toThrow(RecordError);
  });

  it('is not read for ever where it says that it has no end', async () => {
    const record = openRunRecord(cluster, MESH, 'r1');
    await record.put('plan', { a: 1 });
    const { data } = (await head()) as unknown as { readonly data: Record<string, string> };

    cluster.place({ ...(await head()), data: { ...data, chunks: 'Infinity' } });

    await expect(record.get('plan')).rejects.toThrow('expected chunk 2 of Infinity, found none');
  });

  it('names the chunk that somebody deleted', async () => {
    const record = openRunRecord(cluster, MESH, 'r1');
    await record.put('plan', { noise: randomBytes(1_200_000).toString('base64') });
    const [, name = ''] = /ConfigMap istio-system\/(\S+-1)$/.exec(cluster.writes[0] ?? '') ?? [];
    expect(await record.get('plan')).toBeDefined();

    await cluster.delete({ ...HEAD, name });

    await expect(record.get('plan')).rejects.toThrow(`ConfigMap ${MESH}/${name}`);
  });
});

describe('the lock of a mesh', () => {
  it('that may not be read is held by somebody unknown; another failure is no answer at all', async () => {
    const refusing = (code: number): KubernetesClient => ({
      ...cluster,
      get: async (ref) => {
        const status = {
          code,
          reason: 'x',
          message: 'no',
          causes: [],
          retryAfterSeconds: undefined,
        };
        throw new KubernetesError({ ...status, request: formatRef(ref) });
      },
    });

    expect(await readOwner(refusing(403), MESH)).toMatchObject({ runId: UNREADABLE_OWNER });
    await expect(readOwner(refusing(500), MESH)).rejects.toThrow(KubernetesError);
  });

  const owner = (runId: string): Parameters<typeof claimMesh>[2] => ({
    runId,
    workflowId: 'mesh/demo',
    temporalNamespace: 'default',
    since: '2026-11-21T10:00:00.000Z',
  });

  it('is taken, seen, and given back', async () => {
    expect(await readOwner(cluster, MESH)).toBeUndefined();

    expect(await claimMesh(cluster, MESH, owner('r1'), undefined)).toEqual({ kind: 'claimed' });
    expect(await readOwner(cluster, MESH)).toEqual(owner('r1'));
    await releaseMesh(cluster, MESH, 'r1');

    expect(await readOwner(cluster, MESH)).toBeUndefined();
  });

  it('is kept by the run that has it, however often it asks', async () => {
    await claimMesh(cluster, MESH, owner('r1'), undefined);

    expect(await claimMesh(cluster, MESH, owner('r1'), undefined)).toEqual({ kind: 'claimed' });
    expect(cluster.writes).toHaveLength(1);
  });

  it.each([
    ['nobody is named', undefined],
    ['another one is named', 'r0'],
  ])('is not taken from its holder when %s to be taken over', async (_what, takeOver) => {
    await claimMesh(cluster, MESH, owner('r1'), undefined);

    expect(await claimMesh(cluster, MESH, owner('r2'), takeOver)).toEqual({
      kind: 'held',
      owner: owner('r1'),
    });
    expect(await readOwner(cluster, MESH)).toEqual(owner('r1'));
  });

  it('is taken over from the dead run that is named, which is recorded', async () => {
    await claimMesh(cluster, MESH, owner('r1'), undefined);

    expect(await claimMesh(cluster, MESH, owner('r2'), 'r1')).toEqual({ kind: 'claimed' });

    expect(await readOwner(cluster, MESH)).toEqual({ ...owner('r2'), takenOverFrom: 'r1' });
  });

  it('goes to one of many that ask at once', async () => {
    const claims = await Promise.all(
      ['r1', 'r2', 'r3'].map((runId) => claimMesh(cluster, MESH, owner(runId), undefined)),
    );

    expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
  });

  it('is not given back by a run that lost it', async () => {
    await claimMesh(cluster, MESH, owner('r1'), undefined);
    await claimMesh(cluster, MESH, owner('r2'), 'r1');

    await releaseMesh(cluster, MESH, 'r1');

    expect(await readOwner(cluster, MESH)).toMatchObject(owner('r2'));
  });

  it('that cannot be read is held all the same', async () => {
    cluster.place({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'meshlift-owner', namespace: MESH },
    });

    expect(await claimMesh(cluster, MESH, owner('r1'), undefined)).toMatchObject({ kind: 'held' });
  });
});
