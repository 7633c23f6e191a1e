import { beforeEach, describe, expect, it } from '@jest/globals';
import { finishRun } from '../../src/activities/finish-run.ts';
import { claimMesh, readOwner } from '../../src/activities/record/owner-record.ts';
import { pruneRunRecords } from '../../src/activities/record/prune-records.ts';
import { openRunRecord } from '../../src/activities/record/run-record.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import type { MeshOwner } from '../../src/domain/mesh/observed-mesh.ts';
import type { UpgradeReport } from '../../src/domain/report.ts';
import { API_VERSION } from '../../src/domain/request/request.ts';
import { Crash, createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { configMap } from '../support/kubernetes-objects.ts';
import { accessTo, recordIn, RUN } from '../support/sample-run.ts';

const MESH = RUN.meshNamespace;
const OWNER: MeshOwner = {
  runId: 'other',
  workflowId: 'mesh/demo',
  temporalNamespace: 'elsewhere',
  since: '2026-11-21T10:00:00.000Z',
};

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = createFakeKubernetes();
});

/** A part of another run's record, as it was written on that day. */
function placeRecord(
  run: string,
  day: number,
  part = 'plan',
  labels: Readonly<Record<string, string>> = {
    'app.kubernetes.io/managed-by': 'meshlift',
    'meshlift.dev/run': run,
  },
): void {
  const creationTimestamp = `2026-11-${String(day).padStart(2, '0')}T10:00:00Z`;
  const name = `meshlift-run-${run}-${part}`;
  cluster.place(configMap(name, {}, { metadata: { creationTimestamp, labels } }));
}

async function configMaps(namespace = MESH): Promise<readonly string[]> {
  const found = await cluster.list(RESOURCE_KINDS.configMap, { namespace });
  return found.map(({ metadata }) => metadata.name).sort();
}

describe('the pruning of records', () => {
  it('keeps five runs, the newest, and all their parts', async () => {
    for (const day of [6, 1, 7, 2, 5, 3, 4]) placeRecord(`r${day}`, day);
    placeRecord('r7', 7, 'snapshot');
    placeRecord('r1', 1, 'snapshot');

    await pruneRunRecords(cluster, MESH);

    expect(await configMaps()).toEqual([
      'meshlift-run-r3-plan',
      'meshlift-run-r4-plan',
      'meshlift-run-r5-plan',
      'meshlift-run-r6-plan',
      'meshlift-run-r7-plan',
      'meshlift-run-r7-snapshot',
    ]);
  });

  it('deletes nothing while there are no more than five', async () => {
    for (const day of [1, 2, 3, 4, 5]) placeRecord(`r${day}`, day);

    await pruneRunRecords(cluster, MESH);

    expect(cluster.writes).toEqual([]);
  });

  it('goes by what a run wrote last, not by when it began', async () => {
    for (const day of [1, 2, 3, 4, 5, 6]) placeRecord(`r${day}`, day);
    placeRecord('r1', 20, 'report');

    await pruneRunRecords(cluster, MESH);

    expect(cluster.writes).toEqual(['delete ConfigMap istio-system/meshlift-run-r2-plan']);
  });

  it.each([
    ['is of somebody else', { 'app.kubernetes.io/managed-by': 'helm', 'meshlift.dev/run': 'r1' }],
    ['is of no run', { 'app.kubernetes.io/managed-by': 'meshlift' }],
  ])('leaves what %s, however old', async (_what, labels) => {
    for (const day of [2, 3, 4, 5, 6, 7]) placeRecord(`r${day}`, day);
    placeRecord('r1', 1, 'plan', labels);

    await pruneRunRecords(cluster, MESH);

    expect(cluster.writes).toEqual(['delete ConfigMap istio-system/meshlift-run-r2-plan']);
  });
});

describe('the end of a run', () => {
  const REPORT = { apiVersion: API_VERSION, outcome: 'Succeeded', runId: 'r1' } as UpgradeReport;

  const finish = (release = true): Promise<void> =>
    finishRun(accessTo(cluster), RUN, { report: REPORT, release });

  beforeEach(async () => {
    for (const day of [1, 2, 3, 4, 5]) placeRecord(`old${day}`, day);
    await claimMesh(cluster, MESH, { ...OWNER, runId: 'r1' }, undefined);
  });

  it('keeps the report, prunes old records and gives the lock back, in this order', async () => {
    const before = cluster.writes.length;

    await finish();

    expect(cluster.writes.slice(before)).toEqual([
      'create ConfigMap istio-system/meshlift-run-r1-report',
      'delete ConfigMap istio-system/meshlift-run-old1-plan',
      'delete ConfigMap istio-system/meshlift-owner',
    ]);
    expect(await recordIn(cluster).get('report')).toEqual(REPORT);
  });

  it('leaves the mesh locked where a person has to look at it', async () => {
    await finish(false);

    expect(await readOwner(cluster, MESH)).toMatchObject({ runId: 'r1' });
    expect(await recordIn(cluster).get('report')).toEqual(REPORT);
  });

  it("leaves a lock that is another run's by now", async () => {
    await claimMesh(cluster, MESH, OWNER, 'r1');

    await finish();

    expect(await readOwner(cluster, MESH)).toMatchObject(OWNER);
  });

  it.each([0, 1, 2])('comes to the same end after a crash at write %d', async (count) => {
    cluster.crashAfter(count);
    await expect(finish()).rejects.toThrow(Crash);
    cluster.crashAfter(100);

    await finish();

    expect(await readOwner(cluster, MESH)).toBeUndefined();
    expect(await configMaps()).toEqual([
      'meshlift-run-old2-plan',
      'meshlift-run-old3-plan',
      'meshlift-run-old4-plan',
      'meshlift-run-old5-plan',
      'meshlift-run-r1-report',
    ]);
  });
});

describe('the hint that a part of a record is there', () => {
  /** The cluster, and the requests that it is asked to carry out. */
  function watched(): { readonly kubernetes: KubernetesClient; readonly asked: string[] } {
    const asked: string[] = [];
    const kubernetes: KubernetesClient = {
      ...cluster,
      create: (object) => {
        asked.push('create');
        return cluster.create(object);
      },
      replace: (object) => {
        asked.push('replace');
        return cluster.replace(object);
      },
    };
    return { kubernetes, asked };
  }

  it.each([
    ['saves a request when it is right', { is: true, said: true }, ['replace']],
    ['is not needed where nothing is there', { is: false, said: false }, ['create']],
    ['costs a request when it is wrong', { is: false, said: true }, ['replace', 'create']],
    ['costs a request when it is missing', { is: true, said: false }, ['create', 'replace']],
  ])('%s, and the part is written', async (_what, { is, said }, requests) => {
    if (is) await recordIn(cluster).put('plan', { version: 1 });
    const { kubernetes, asked } = watched();
    const record = openRunRecord(kubernetes, MESH, RUN.runId);

    await record.put('plan', { version: 2 }, { isThere: said });

    expect(asked).toEqual(requests);
    expect(await record.get('plan')).toEqual({ version: 2 });
  });
});
