import { beforeEach, describe, expect, it } from '@jest/globals';
import { writeJournal } from '../../src/activities/record/step-journal.ts';
import { undoStep, type UndoReceipt } from '../../src/activities/undo-step.ts';
import { refOf, type KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import {
  configMap,
  mutatingWebhook,
  namespaceObject,
  podObject,
  proxyContainer,
} from '../support/kubernetes-objects.ts';
import { NEW, OLD, placeControlPlane, placePod, placeWorkload } from '../support/placed-mesh.ts';
import {
  accessTo,
  problemOf,
  recordIn,
  recordingHeart,
  RUN,
  samplePlan,
} from '../support/sample-run.ts';
import { INSTALL } from '../support/sample-steps.ts';

const LABEL = { 'istio.io/rev': NEW };

let cluster: FakeKubernetes;
let created: KubernetesObject;
beforeEach(async () => {
  cluster = createFakeKubernetes();
  cluster.place(namespaceObject('kube-system'));
  for (const revision of [OLD, NEW]) placeControlPlane(cluster, revision);
  created = cluster.place(configMap(`istio-${NEW}`, { mesh: 'new' }));
  await recordIn(cluster).put('plan', samplePlan([INSTALL]));
  await writeJournal(recordIn(cluster), INSTALL.id, 'done', [
    { kind: 'create', ref: refOf(created), uid: created.metadata.uid ?? '' },
  ]);
});

function undo(): Promise<UndoReceipt> {
  return undoStep(accessTo(cluster), { ...RUN, step: INSTALL.id }, recordingHeart());
}

describe('the new control plane', () => {
  it('is taken back when everything uses the old one', async () => {
    cluster.place(namespaceObject('shop', { 'istio.io/rev': OLD }));
    cluster.place(mutatingWebhook('tag', { 'istio.io/rev': OLD, 'istio.io/tag': 'prod' }));
    placeWorkload(cluster, 'cart', { revision: OLD });

    expect(await undo()).toEqual({ reverted: 1, foreign: [] });

    expect(await cluster.get(refOf(created))).toBeUndefined();
  });

  it.each<readonly [string, RegExp, () => unknown]>([
    [
      'a namespace is labelled with it',
      /found 1: namespace shop /,
      () => cluster.place(namespaceObject('shop', LABEL)),
    ],
    [
      'a tag points to it',
      /found 1: tag prod /,
      () => cluster.place(mutatingWebhook('tag', { ...LABEL, 'istio.io/tag': 'prod' })),
    ],
    [
      'the default validator sends to it',
      /found 1: the default validator /,
      () =>
        cluster.place({
          ...mutatingWebhook('istiod-default-validator', LABEL),
          kind: 'ValidatingWebhookConfiguration',
        }),
    ],
    [
      'one pod of a workload has its proxy',
      /found 1: .*StatefulSet shop\/cart /,
      () => placePod(cluster, placeWorkload(cluster, 'cart'), 1, { revision: NEW }),
    ],
    [
      'a pod of nobody has its proxy',
      /found 1: pod shop\/batch /,
      () => cluster.place(podObject('batch', NEW)),
    ],
    [
      'a pod has a proxy of which nobody knows whose it is',
      /found 1: pod shop\/batch /,
      () =>
        cluster.place(
          podObject('batch', undefined, { spec: { containers: [proxyContainer('1-26-1')] } }),
        ),
    ],
  ])('stays while %s', async (_what, users, use) => {
    use();
    const before = [...cluster.writes];

    const problem = await problemOf(undo());

    expect(problem).toMatch(/^Unhealthy: /);
    expect(problem).toMatch(users);
    expect(cluster.writes).toEqual(before);
  });
});
