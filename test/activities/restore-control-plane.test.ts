import { beforeEach, describe, expect, it } from '@jest/globals';
import { openRunRecord } from '../../src/activities/record/run-record.ts';
import { readJournal, writeJournal } from '../../src/activities/record/step-journal.ts';
import type { Change } from '../../src/domain/journal/change.ts';
import { refOf, type KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { Crash, createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { injecting, injector } from '../support/injecting-cluster.ts';
import { configMap } from '../support/kubernetes-objects.ts';
import { NEW, OLD, placeControlPlane } from '../support/placed-mesh.ts';
import { useQuickTime } from '../support/quick-time.ts';
import { accessTo, attemptAfter, recordIn, RUN, samplePlan } from '../support/sample-run.ts';
import { planOfRollback, REMOVAL } from '../support/sample-steps.ts';

const time = useQuickTime();
const { restoreControlPlane } =
  await import('../../src/activities/rollback/restore-control-plane.ts');

const MESH = RUN.meshNamespace;
const BACK = { ...RUN, runId: 'r2' };

let cluster: FakeKubernetes;
beforeEach(async () => {
  cluster = createFakeKubernetes();
  await recordIn(cluster).put('plan', samplePlan([REMOVAL]));
});

describe('a control plane that a finished run has removed', () => {
  const step = {
    id: 'restore-control-plane',
    kind: 'restore-control-plane',
    of: REMOVAL.id,
    revision: OLD,
  } as const;
  const restore = (client = injecting(cluster)): Promise<unknown> =>
    attemptAfter().run(() => restoreControlPlane(accessTo(client), { ...BACK, step: step.id }));
  let removed: readonly KubernetesObject[];

  beforeEach(async () => {
    placeControlPlane(cluster, NEW);
    cluster.place(injector(NEW));
    const labels = { 'istio.io/rev': OLD };
    // In the order of the removal: webhooks first, what istiod runs as last.
    removed = [
      cluster.place(injector(OLD)),
      cluster.place({ ...placeControlPlane(cluster, OLD) }),
      cluster.place(configMap(`istio-${OLD}`, { mesh: 'x' }, { metadata: { labels } })),
    ];
    const changes = removed.map((prior): Change => ({
      kind: 'delete',
      ref: refOf(prior),
      uid: prior.metadata.uid ?? '',
      prior,
    }));
    for (const { ref } of changes) await cluster.delete(ref);
    await writeJournal(recordIn(cluster), REMOVAL.id, 'done', changes);
    const objects = changes.map(({ ref }) => ({ ref, action: 'create' as const }));
    const undo = { kind: 'keep', because: 'a rollback is not taken back' } as const;
    const plan = planOfRollback([{ ...step, objects, title: 'Make it again', undo }]);
    await openRunRecord(cluster, MESH, BACK.runId).put('plan', plan);
    // What a controller makes of a Deployment.
    time.meanwhile(async () => {
      const istiod = removed[1];
      const live = istiod === undefined ? undefined : await cluster.get(refOf(istiod));
      if (live === undefined || live['status'] !== undefined) return;
      const status = {
        observedGeneration: 1,
        updatedReplicas: 2,
        readyReplicas: 2,
        availableReplicas: 2,
      };
      cluster.place({ ...live, status });
    });
  });

  it('is made again with the last removed first, the webhooks once istiod is there, journaled before', async () => {
    const before = cluster.writes.length;

    expect(await restore()).toEqual({ objects: 3 });

    expect(cluster.writes.slice(before)).toEqual([
      'create ConfigMap istio-system/meshlift-run-r2-step-restore-control-plane',
      `apply ConfigMap istio-system/istio-${OLD}`,
      `apply Deployment istio-system/istiod-${OLD}`,
      `apply MutatingWebhookConfiguration istio-sidecar-injector-${OLD}`,
      'replace ConfigMap istio-system/meshlift-run-r2-step-restore-control-plane',
      'replace ConfigMap istio-system/meshlift-run-r1-step-remove-control-plane',
    ]);
    expect((await readJournal(recordIn(cluster), REMOVAL.id))?.state).toBe('undone');
  });

  it.each([1, 2, 3, 4, 5])(
    'is whole after the next attempt where a worker died after %s writes',
    async (writes) => {
      cluster.crashAfter(writes);
      await expect(restore()).rejects.toThrow(Crash);
      cluster.crashAfter(Number.POSITIVE_INFINITY);

      await restore();

      const live = await Promise.all(removed.map((object) => cluster.get(refOf(object))));
      expect(live.filter((each) => each === undefined)).toEqual([]);
      expect((await readJournal(recordIn(cluster), REMOVAL.id))?.state).toBe('undone');
    },
  );

  it('with another root certificate than the newer one is not taken for ready', async () => {
    cluster.place(injector(NEW, 'QU5PVEhFUg=='));

    await expect(restore()).rejects.toThrow(/made again and is not ready .*different root/);
    expect((await readJournal(recordIn(cluster), REMOVAL.id))?.state).toBe('done');
  });
});
