import { beforeEach, describe, expect, it } from '@jest/globals';
import type { MockActivityEnvironment } from '@temporalio/testing';
import { recordBefore } from '../../src/activities/in-place/recorded-before.ts';
import { readJournal, writeJournal } from '../../src/activities/record/step-journal.ts';
import type { UndoReceipt } from '../../src/activities/undo-step.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import type { Verdict } from '../../src/domain/health/verdict.ts';
import { identityOfService } from '../../src/domain/in-place/service-identity.ts';
import { refOf, type KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import type { UpgradePlan } from '../../src/domain/planning/plan.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { configMap, mutatingWebhook } from '../support/kubernetes-objects.ts';
import { useQuickTime } from '../support/quick-time.ts';
import { sampleInPlacePlan } from '../support/sample-in-place.ts';
import { samplePolicy } from '../support/sample-mesh.ts';
import {
  accessTo,
  attemptAfter,
  problemOf,
  recordIn,
  recordingHeart,
  RUN,
} from '../support/sample-run.ts';

const time = useQuickTime();
const { undoStep } = await import('../../src/activities/undo-step.ts');
const { verifyControlPlane } = await import('../../src/activities/health/verify-control-plane.ts');
const { verifyMesh } = await import('../../src/activities/health/verify-mesh.ts');
const { recordRoot } = await import('../../src/activities/snapshot/recorded-root.ts');

const CONTROL_PLANE = { ...RUN, step: 'control-plane' };
const MESH = RUN.meshNamespace;

let cluster: FakeKubernetes;
let env: MockActivityEnvironment;
beforeEach(async () => {
  cluster = createFakeKubernetes();
  env = attemptAfter();
  time.meanwhile(() => undefined);
  const planned = plan(cluster.place(serviceObject()));
  cluster.place(injector('Uk9PVA=='));
  await recordRoot(accessTo(cluster), recordIn(cluster), planned);
  await recordIn(cluster).put('plan', planned);
});

/** From 1.25.1 to 1.26.1, with the Service of istiod and no waves to take back. */
function plan(service: KubernetesObject): UpgradePlan {
  const policy = samplePolicy({ controlPlaneDeadlineSeconds: 30 });
  const { steps, ...rest } = sampleInPlacePlan({ name: RUN.cluster, uid: RUN.clusterUid }, policy);
  const services = [identityOfService(service)];
  return {
    ...rest,
    steps: steps
      .filter(({ kind }) => kind !== 'wave')
      .map((step) => (step.kind === 'verify-control-plane' ? { ...step, services } : step)),
  };
}

function serviceObject(clusterIP = '10.0.0.1'): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'istiod', namespace: MESH },
    spec: { type: 'ClusterIP', clusterIP },
  };
}

function injector(caBundle: string): KubernetesObject {
  const webhooks = [{ name: 'rev.istio.io', clientConfig: { caBundle } }];
  return { ...mutatingWebhook('istio-sidecar-injector', {}), webhooks };
}

/** Both istiods of that version and rolled out, or so many of them left of another. */
function istiod(version: string, others = 0): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'istiod',
      namespace: MESH,
      uid: 'uid-istiod',
      generation: 1,
      labels: { app: 'istiod', 'istio.io/rev': 'default' },
    },
    spec: {
      replicas: 2,
      template: {
        spec: { containers: [{ name: 'discovery', image: `docker.io/istio/pilot:${version}` }] },
      },
    },
    status: {
      observedGeneration: 1,
      replicas: 2 + others,
      updatedReplicas: 2,
      availableReplicas: 2,
      readyReplicas: 2,
    },
  };
}

/** The cluster, in which new pods get the proxy of the version that istiod is at. */
function injecting(): KubernetesClient {
  return {
    ...cluster,
    create: async (object, options) => {
      const created = await cluster.create(object, options);
      const live = await cluster.get(refOf(istiod('any')));
      const [, version = ''] = /pilot:([\d.]+)/.exec(JSON.stringify(live)) ?? [];
      const { metadata } = created;
      return {
        ...created,
        metadata: { ...metadata, annotations: metadata.labels ?? {} },
        spec: { containers: [{ name: 'istio-proxy', image: `istio/proxyv2:${version}` }] },
      };
    },
  };
}

/** As the step left it: istiod replaced, and a ConfigMap that was not there before. */
async function installed(): Promise<void> {
  const prior = istiod('1.25.1');
  const live = cluster.place(istiod('1.26.1'));
  const values = cluster.place(configMap('values', {}));
  await writeJournal(recordIn(cluster), 'control-plane', 'done', [
    { kind: 'create', ref: refOf(values), uid: values.metadata.uid ?? '' },
    {
      kind: 'update',
      ref: refOf(live),
      uid: live.metadata.uid ?? '',
      prior: { ...prior, metadata: { ...prior.metadata, uid: live.metadata.uid ?? '' } },
      applied: live,
    },
  ]);
}

function undo(): Promise<UndoReceipt> {
  return env.run(() => undoStep(accessTo(injecting()), CONTROL_PLANE, recordingHeart()));
}

async function versionOfIstiod(): Promise<string | undefined> {
  const live = await cluster.get(refOf(istiod('any')));
  return /pilot:([\d.]+)/.exec(JSON.stringify(live ?? {}))?.[1];
}

describe('the undo of a control plane in place', () => {
  it('puts prior objects back, deletes what was made, and is done when the old version serves', async () => {
    await installed();
    expect(await versionOfIstiod()).toBe('1.26.1');

    const receipt = await undo();

    expect(receipt).toEqual({ reverted: 2, foreign: [] });
    expect(await versionOfIstiod()).toBe('1.25.1');
    expect(await cluster.get(refOf(configMap('values', {})))).toBeUndefined();
    expect((await readJournal(recordIn(cluster), 'control-plane'))?.state).toBe('undone');
  });

  it('waits while an istiod of the other version is left, and fails when it stays', async () => {
    await installed();
    expect(await problemOf(undoWhile(() => cluster.place(istiod('1.25.1', 1))))).toContain(
      'default does not serve 1.25.1 again',
    );
    expect((await readJournal(recordIn(cluster), 'control-plane'))?.state).toBe('done');
  });

  it('leaves what somebody changed since, and fails since the old version does not serve', async () => {
    await installed();
    const { spec = {} } = istiod('1.26.2') as unknown as { readonly spec?: object };
    await cluster.mergePatch(refOf(istiod('any')), { spec });

    expect(await problemOf(undo())).toContain(
      'Left as others set it: Deployment istio-system/istiod object is edited since: spec.template.spec.containers[name="discovery"].image',
    );
    expect(await versionOfIstiod()).toBe('1.26.2');
  });

  it('goes back beside a restart that somebody asked for meanwhile', async () => {
    await installed();
    const restartedAt = { 'kubectl.kubernetes.io/restartedAt': '2026-11-22T08:00:00Z' };
    await cluster.mergePatch(refOf(istiod('any')), {
      spec: { template: { metadata: { annotations: restartedAt } } },
    });

    const { reverted, foreign } = await undo();

    expect(await versionOfIstiod()).toBe('1.25.1');
    expect(reverted).toBe(2);
    expect(foreign.map(({ path }) => path)).toEqual([
      'Deployment istio-system/istiod spec.template.metadata',
    ]);
  });

  it('keeps in the journal what others set since, so that no later rollback answers for it', async () => {
    const ref = refOf(configMap('istio', {}));
    const applied = cluster.place(configMap('istio', { mesh: 'new' }));
    const uid = applied.metadata.uid ?? '';
    const prior = { ...applied, data: { mesh: 'old' } };
    await writeJournal(recordIn(cluster), 'control-plane', 'done', [
      { kind: 'update', ref, uid, prior, applied },
    ]);
    cluster.place({ ...istiod('1.25.1') });
    await cluster.mergePatch(ref, { data: { mesh: 'mine' } });

    const { foreign } = await undo();

    expect(foreign.map(({ path }) => path)).toEqual(['ConfigMap istio-system/istio object']);
    const journal = await readJournal(recordIn(cluster), 'control-plane');
    expect(journal).toMatchObject({ state: 'undone', foreign });
  });

  it('makes what is gone as the old version renders it', async () => {
    await installed();
    await recordBefore(recordIn(cluster), [istiod('1.25.1')]);
    await cluster.delete(refOf(istiod('any')), {});

    const receipt = await undo();

    expect(receipt).toEqual({ reverted: 2, foreign: [] });
    expect(await versionOfIstiod()).toBe('1.25.1');
  });

  it('has nothing to do for a step that never began', async () => {
    expect(await undo()).toEqual({ reverted: 0, foreign: [] });
    expect(time.waits).toBe(0);
  });
});

/** The undo, with something that happens as soon as it has written. */
function undoWhile(happens: () => unknown): Promise<UndoReceipt> {
  const client = injecting();
  const replacing: KubernetesClient = {
    ...client,
    replace: async (object, options) => {
      const written = await client.replace(object, options);
      if (object.kind === 'Deployment') happens();
      return written;
    },
  };
  return env.run(() => undoStep(accessTo(replacing), CONTROL_PLANE, recordingHeart()));
}

function verify(): Promise<Verdict> {
  return env.run(() =>
    verifyControlPlane(
      accessTo(injecting()),
      { ...RUN, step: 'verify-control-plane' },
      recordingHeart(),
    ),
  );
}

describe('a control plane in place', () => {
  it('is proven by its version, its injection, its root and its Services', async () => {
    cluster.place(istiod('1.26.1'));

    const { status, conditions } = await verify();

    expect(status).toBe('Healthy');
    expect(conditions.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'ControlPlaneAtVersion',
        'InjectsVersion',
        'SameAddresses',
        'SameRootCertificate',
      ]),
    );
  });

  it('is waited for while an old istiod is left', async () => {
    cluster.place(istiod('1.26.1', 1));
    time.meanwhile(() => cluster.place(istiod('1.26.1')));

    expect((await verify()).status).toBe('Healthy');
    expect(time.waits).toBeGreaterThan(0);
  });

  it.each<readonly [string, () => unknown, string]>([
    ['still the old version', () => cluster.place(istiod('1.25.1')), 'to run 1.25.1, not 1.26.1'],
    [
      'with another root certificate',
      () => cluster.place(injector('T1RIRVI=')),
      'is not the recorded one',
    ],
    [
      'whose Service has another address',
      () => cluster.place(serviceObject('10.0.0.2')),
      'clusterIP was 10.0.0.1 and is 10.0.0.2',
    ],
  ])('fails that is %s', async (_what, make, why) => {
    cluster.place(istiod('1.26.1'));
    make();

    expect(await problemOf(verify())).toContain(why);
  });

  it('is looked at once more at the end', async () => {
    cluster.place(istiod('1.26.1'));
    const end = (): Promise<string> =>
      env.run(() => verifyMesh(accessTo(injecting()), { ...RUN, step: 'verify-mesh' }));
    expect(await end()).toContain('2 of 2 istiods of default serve 1.26.1');

    cluster.place(istiod('1.25.1'));

    expect(await problemOf(end())).toContain('the mesh is not wholly at 1.26.1');
  });
});
