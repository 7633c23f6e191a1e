import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Verdict } from '../../src/domain/health/verdict.ts';
import { refOf } from '../../src/domain/kubernetes-object.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { injecting, injector } from '../support/injecting-cluster.ts';
import { namespaceObject } from '../support/kubernetes-objects.ts';
import { OLD, placeControlPlane } from '../support/placed-mesh.ts';
import { useQuickTime } from '../support/quick-time.ts';
import { accessTo, attemptAfter, recordIn, RUN, samplePlan } from '../support/sample-run.ts';

const time = useQuickTime();
const { assessWayBack } = await import('../../src/activities/rollback/assess-way-back.ts');
const { takeSnapshot } = await import('../../src/activities/snapshot/take-snapshot.ts');

const MESH = RUN.meshNamespace;

let cluster: FakeKubernetes;
beforeEach(() => time.meanwhile(() => undefined));

describe('the way back', () => {
  const assess = async (): Promise<readonly string[]> => {
    const { conditions } = await attemptAfter().run<[], Verdict, () => Promise<Verdict>>(() =>
      assessWayBack(accessTo(injecting(cluster)), RUN),
    );
    return conditions
      .filter(({ status }) => status !== 'Healthy')
      .map(({ type, status }) => `${type} ${status}`);
  };
  beforeEach(async () => {
    cluster = createFakeKubernetes();
    cluster.place(namespaceObject('kube-system'));
    placeControlPlane(cluster, OLD);
    cluster.place(injector(OLD));
    await recordIn(cluster).put('plan', samplePlan([]));
    await takeSnapshot(accessTo(cluster), RUN);
  });

  it('is there while the old revision is ready, injects and has its root', async () => {
    expect(await assess()).toEqual([]);
  });

  it('is there with one replica of two', async () => {
    placeControlPlane(cluster, OLD, 1);
    expect(await assess()).toEqual([]);
  });

  it.each([
    [
      'has no replica that is ready',
      async () => placeControlPlane(cluster, OLD, 0),
      'ControlPlaneAvailable Degraded',
    ],
    [
      'has another root',
      async () => cluster.place(injector(OLD, 'QU5PVEhFUg==')),
      'SameRootCertificate Degraded',
    ],
    [
      'has a root that was never recorded',
      async () =>
        cluster.delete({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace: MESH,
          name: 'meshlift-run-r1-root',
        }),
      'SameRootCertificate Unknown',
    ],
  ])('is not there where it %s', async (_what, change, expected) => {
    await change();
    expect(await assess()).toEqual([expected]);
  });

  it('is not there where its control plane and injector are gone', async () => {
    await cluster.delete(refOf(placeControlPlane(cluster, OLD)));
    await cluster.delete(refOf(injector(OLD)));
    expect(await assess()).toEqual([
      'ControlPlaneAvailable Degraded',
      'InjectionAnswers Degraded',
      'SameRootCertificate Unknown',
    ]);
  });
});
