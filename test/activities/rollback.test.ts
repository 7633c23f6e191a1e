import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { finishRun } from '../../src/activities/finish-run.ts';
import type { HasEnded } from '../../src/activities/rollback/claim-rollback.ts';
import { claimMesh, readOwner } from '../../src/activities/record/owner-record.ts';
import { openRunRecord } from '../../src/activities/record/run-record.ts';
import { readJournal, writeJournal } from '../../src/activities/record/step-journal.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import type { UpgradePlan } from '../../src/domain/planning/plan.ts';
import type { UpgradeStep } from '../../src/domain/planning/step.ts';
import type { UpgradeReport } from '../../src/domain/report.ts';
import { API_VERSION } from '../../src/domain/request/request.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { namespaceObject } from '../support/kubernetes-objects.ts';
import { OLD } from '../support/placed-mesh.ts';
import { useQuickTime } from '../support/quick-time.ts';
import { samplePolicy } from '../support/sample-mesh.ts';
import { accessTo, recordIn, recordingHeart, RUN, samplePlan } from '../support/sample-run.ts';
import { LABELS, movedNamespace, planOfRollback, REMOVAL } from '../support/sample-steps.ts';

const time = useQuickTime();
const { readRecordedRuns } = await import('../../src/activities/rollback/read-recorded-runs.ts');
const { undoRecordedStep } = await import('../../src/activities/rollback/undo-recorded-step.ts');
const { claimRollback } = await import('../../src/activities/rollback/claim-rollback.ts');

const MESH = RUN.meshNamespace;
const BACK = { ...RUN, runId: 'r2' };
const KEEP = { kind: 'keep', because: 'a rollback is not taken back' } as const;

let cluster: FakeKubernetes;
beforeEach(async () => {
  cluster = createFakeKubernetes();
  cluster.place(namespaceObject('kube-system'));
  time.meanwhile(() => undefined);
  await recordIn(cluster).put('plan', samplePlan([LABELS, REMOVAL]));
  await recordIn(cluster).put('snapshot', {});
});

/** A rollback of that run, with these steps. */
async function planned(...steps: readonly UpgradeStep[]): Promise<void> {
  await openRunRecord(cluster, MESH, BACK.runId).put('plan', planOfRollback(steps));
}

function undoOf(of: string): UpgradeStep {
  return { id: `undo-${of}`, kind: 'undo-step', of, changes: 1, title: 'Back', undo: KEEP };
}

describe('the records in a cluster', () => {
  it('are read newest first, each hop of a chain for itself, damage in words', async () => {
    await writeJournal(recordIn(cluster), LABELS.id, 'begun', []);
    await openRunRecord(cluster, MESH, RUN.runId, 2).put('plan', samplePlan([LABELS]));
    await openRunRecord(cluster, MESH, 'torn').put('plan', samplePlan([LABELS]));
    const head = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: MESH,
      name: 'meshlift-run-torn-plan',
    };
    await cluster.mergePatch(head, { data: { sha256: 'f'.repeat(64) } });

    const runs = await readRecordedRuns(cluster, MESH);

    const views = runs.map(({ runId, hop = 1, plan, hasSnapshot, journals, damage }) => ({
      name: `${runId} ${hop}`,
      has: [plan !== undefined, hasSnapshot, ...Object.keys(journals)],
      damaged: damage.length > 0,
    }));
    expect(views.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'r1 1', has: [true, true, LABELS.id], damaged: false },
      { name: 'r1 2', has: [true, false], damaged: false },
      { name: 'torn 1', has: [false, false], damaged: true },
    ]);
  });
});

describe('the last journal of a run', () => {
  const damageOf = async (): Promise<readonly string[]> =>
    (await readRecordedRuns(cluster, MESH)).flatMap(({ damage }) => damage);

  it('is missed, where the report says that its step was carried out', async () => {
    const step = { id: LABELS.id, kind: LABELS.kind, title: LABELS.title, state: 'done' };
    await writeJournal(recordIn(cluster), LABELS.id, 'done', [movedNamespace(cluster, 'shop')]);
    await recordIn(cluster).put('report', { steps: [step] });
    expect(await damageOf()).toEqual([]);

    await cluster.delete({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: MESH,
      name: `meshlift-run-${RUN.runId}-step-${LABELS.id}`,
    });

    expect(await damageOf()).toEqual([
      `the journal of ${LABELS.id} is missing, and the report says that it was carried out`,
    ]);
  });
});

describe('a recorded step that is taken back', () => {
  beforeEach(() => planned(undoOf(LABELS.id)));
  const undo = (): Promise<unknown> =>
    undoRecordedStep(accessTo(cluster), { ...BACK, step: 'undo-owner-labels' }, recordingHeart());

  it('is marked in its own record, after ours said that we do it', async () => {
    await writeJournal(recordIn(cluster), LABELS.id, 'done', [movedNamespace(cluster, 'shop')]);
    const before = cluster.writes.length;

    expect(await undo()).toEqual({ reverted: 1, foreign: [] });

    expect(cluster.writes.slice(before)).toEqual([
      'create ConfigMap istio-system/meshlift-run-r2-step-undo-owner-labels',
      'patch Namespace shop',
      'replace ConfigMap istio-system/meshlift-run-r1-step-owner-labels',
      'replace ConfigMap istio-system/meshlift-run-r2-step-undo-owner-labels',
    ]);
    expect((await readJournal(recordIn(cluster), LABELS.id))?.state).toBe('undone');
    expect(
      await readJournal(openRunRecord(cluster, MESH, BACK.runId), 'undo-owner-labels'),
    ).toMatchObject({ state: 'done', undoes: { runId: RUN.runId, step: LABELS.id } });
  });

  it('keeps in its own record what others have set, which stays', async () => {
    await writeJournal(recordIn(cluster), LABELS.id, 'done', [
      movedNamespace(cluster, 'shop', 'mine'),
    ]);

    await undo();

    const foreign = [
      {
        path: 'Namespace shop labels',
        expected: `istio.io/rev=${OLD}`,
        found: 'istio.io/rev=mine',
      },
    ];
    expect(await readJournal(recordIn(cluster), LABELS.id)).toMatchObject({
      state: 'undone',
      foreign,
    });
  });
});

describe('the lock of the run that is taken back', () => {
  const claim = async (hasEnded: HasEnded, takeOver?: string): Promise<string> => {
    const request = { apiVersion: API_VERSION, cluster: 'demo', overrides: [] };
    const plan: UpgradePlan = { ...samplePlan([]), strategy: 'rollback', takesBack: RUN.runId };
    const answer = await claimRollback(
      accessTo(cluster),
      {
        ...BACK,
        digest: 'd',
        temporalNamespace: 'default',
        resolved: {
          request: { ...request, ...(takeOver === undefined ? {} : { takeOver }) },
          policy: samplePolicy(),
          meshNamespace: MESH,
          taskQueue: 'q',
        },
      },
      {
        compile: async () => ({
          planned: {
            kind: 'plan',
            plan,
            digest: 'd',
            estimate: { seconds: { least: 0 }, apiRequests: 0, steps: {} },
          },
          inventory: undefined as never,
        }),
        hasEnded,
      },
    );
    return answer.kind === 'blocked' ? answer.findings.map(({ code }) => code).join() : answer.kind;
  };
  const hold = (runId: string): Promise<unknown> =>
    claimMesh(
      cluster,
      MESH,
      { runId, workflowId: 'mesh/demo', temporalNamespace: 'default', since: 'then' },
      undefined,
    );
  const ended: HasEnded = async () => true;
  const unknown: HasEnded = async () => false;
  beforeEach(async () => {
    await writeJournal(recordIn(cluster), LABELS.id, 'done', [movedNamespace(cluster, 'shop')]);
  });

  it('is taken over, on record, where Temporal knows that the run has ended', async () => {
    await hold(RUN.runId);
    expect(await claim(ended)).toBe('claimed');
    expect(await readOwner(cluster, MESH)).toMatchObject({ runId: 'r2', takenOverFrom: RUN.runId });
  });

  it('stays where Temporal does not know, until it is named', async () => {
    await hold(RUN.runId);
    expect(await claim(unknown)).toBe('MeshBusy');
    expect(await readOwner(cluster, MESH)).toMatchObject({ runId: RUN.runId });
    expect(await claim(unknown, RUN.runId)).toBe('claimed');
  });

  it('is also that of an earlier rollback of the same run', async () => {
    const earlier: UpgradePlan = { ...samplePlan([]), strategy: 'rollback', takesBack: RUN.runId };
    await openRunRecord(cluster, MESH, 'r0').put('plan', earlier);
    await hold('r0');
    expect(await claim(ended)).toBe('claimed');
  });

  it('is not that of any other run, be it ended', async () => {
    await hold('another');
    expect(await claim(ended)).toBe('MeshBusy');
  });
});

describe('the records that stay', () => {
  const at = (run: string): Promise<unknown> => openRunRecord(cluster, MESH, run).get('plan');

  it('are those of the newest runs, of the one that is taken back, and of who holds the mesh', async () => {
    const day = (n: number): string => `2026-11-${String(n).padStart(2, '0')}T10:00:00Z`;
    for (const [index, run] of ['r1', 'held', 'a', 'b', 'c', 'd', 'e', 'r2'].entries()) {
      await openRunRecord(cluster, MESH, run).put('plan', {
        takesBack: run === 'r2' ? 'r1' : undefined,
      });
      for (const part of ['plan', 'snapshot']) {
        const ref = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace: MESH,
          name: `meshlift-run-${run}-${part}`,
        };
        const live = await cluster.get(ref);
        if (live === undefined) continue;
        await cluster.delete(ref);
        cluster.place({
          ...live,
          metadata: { ...live.metadata, creationTimestamp: day(index + 1) },
        });
      }
    }
    await claimMesh(
      cluster,
      MESH,
      { runId: 'held', workflowId: 'w', temporalNamespace: 'n', since: 's' },
      undefined,
    );

    await finishRun(accessTo(cluster), BACK, { report: {} as UpgradeReport, release: true });

    const runs = await Promise.all(['r1', 'held', 'a', 'b', 'c', 'd', 'e', 'r2'].map(at));
    expect(runs.map((each) => each !== undefined)).toEqual([
      true,
      true,
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(await readOwner(cluster, MESH)).toMatchObject({ runId: 'held' });
  });

  it('keep of a part that was written anew only the chunks of what it holds now', async () => {
    const record = openRunRecord(cluster, MESH, BACK.runId);
    const large = (): object => ({ noise: randomBytes(1_200_000).toString('base64') });
    await record.put('step-wave-1', large());
    const last = large();
    await record.put('step-wave-1', last);
    expect(await chunks()).toBe(2);

    await finishRun(accessTo(cluster), BACK, { report: {} as UpgradeReport, release: true });

    expect(await chunks()).toBe(1);
    expect(await record.get('step-wave-1')).toEqual(last);
  });

  const chunks = async (): Promise<number> => {
    const all = await cluster.list(RESOURCE_KINDS.configMap, { namespace: MESH });
    return all.filter(({ metadata }) => /-step-wave-1-[0-9a-f]{12}-1$/.test(metadata.name)).length;
  };
});
