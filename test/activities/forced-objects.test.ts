import { beforeEach, describe, expect, it } from '@jest/globals';
import { undoChange } from '../../src/activities/changes/undo-change.ts';
import { readDrift } from '../../src/activities/drift/read-drift.ts';
import { openRunRecord } from '../../src/activities/record/run-record.ts';
import { readJournal } from '../../src/activities/record/step-journal.ts';
import { applyRelease } from '../../src/activities/release/apply-release.ts';
import { compareRelease } from '../../src/activities/release/compare-release.ts';
import type { ClusterAccess } from '../../src/clients/cluster-access.ts';
import { forceAccepted } from '../../src/domain/drift/force-accepted.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { formatRef, refOf, type KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import type { PlannedObject } from '../../src/domain/planning/plan.ts';
import type { Override } from '../../src/domain/request/request.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { configMap } from '../support/kubernetes-objects.ts';

const STEP = 'control-plane';
const EDITED = configMap('istio', { mesh: 'accessLogFile: by hand', more: 'kept' });
const WANTED = configMap('istio', { mesh: 'accessLogFile: ""' });

let cluster: FakeKubernetes;
let access: ClusterAccess;
beforeEach(() => {
  cluster = createFakeKubernetes();
  access = { worker: cluster, installer: cluster, installerKubeconfig: '/nowhere' };
});

/** What is planned of the edited object, its edits accepted. */
async function planForced(): Promise<readonly PlannedObject[]> {
  const release = { objects: [rendered(WANTED)], digest: 'sha256:0', warnings: [] };
  const { objects } = await compareRelease(access, release);
  return objects.map(({ planned }) => ({ ...planned, force: true }));
}

function rendered(object: KubernetesObject): {
  readonly component: 'Pilot';
  readonly object: KubernetesObject;
} {
  return { component: 'Pilot', object };
}

async function apply(objects: readonly PlannedObject[]): Promise<number> {
  const record = openRunRecord(cluster, 'istio-system', 'r1');
  return applyRelease(access, record, { id: STEP, objects }, [WANTED]);
}

async function data(): Promise<unknown> {
  return (await cluster.get(refOf(WANTED)))?.['data'];
}

describe('an object whose direct edits were accepted', () => {
  it('is written over, and put back by the undo as it was with the edit', async () => {
    cluster.place(EDITED);

    await apply(await planForced());

    expect(await data()).toEqual({ mesh: 'accessLogFile: ""', more: 'kept' });
    const record = openRunRecord(cluster, 'istio-system', 'r1');
    const [change, ...others] = (await readJournal(record, STEP))?.changes ?? [];
    expect(others).toEqual([]);
    expect(change === undefined ? change : await undoChange(access, change)).toEqual({
      kind: 'reverted',
    });
    expect(await data()).toEqual(EDITED['data']);
  });

  it.each([
    ['edited again', () => cluster.mergePatch(refOf(EDITED), { data: { mesh: 'later' } })],
    ['deleted', () => cluster.delete(refOf(EDITED))],
    [
      'deleted and made again',
      async () => {
        await cluster.delete(refOf(EDITED));
        cluster.place(EDITED);
      },
    ],
  ])('stops the run when it is %s after the plan, and stays as it is', async (_how, change) => {
    cluster.place(EDITED);
    const planned = await planForced();
    await change();
    const [before, writes] = [await data(), cluster.writes.length];

    await expect(apply(planned)).rejects.toMatchObject({ type: 'ForeignChange' });

    expect(await data()).toEqual(before);
    expect(cluster.writes).toHaveLength(writes);
  });

  it('is written once: a repeated attempt finds it done', async () => {
    cluster.place(EDITED);
    const planned = await planForced();
    cluster.crashAfter(2);
    await expect(apply(planned)).rejects.toThrow();
    expect(await data()).toEqual({ mesh: 'accessLogFile: ""', more: 'kept' });
    cluster.crashAfter(100);

    expect(await apply(planned)).toBe(1);
  });
});

describe('what is accepted', () => {
  const [ISTIO, OTHER] = [refOf(WANTED), refOf(configMap('other', {}))];
  const finding = (subject: string, code: Finding['code'] = 'DirectEdit'): Finding => ({
    code,
    severity: 'overridable',
    subject,
    message: 'edited',
    remedy: 'take it back',
  });
  const planned: readonly PlannedObject[] = [ISTIO, OTHER].map((ref) => ({
    ref,
    action: 'update',
    uid: 'u',
  }));
  const override: Override = { code: 'DirectEdit', subject: formatRef(ISTIO), reason: 'seen' };
  const forced = (findings: readonly Finding[], overrides: readonly Override[]): unknown =>
    forceAccepted(planned, findings, overrides)
      .filter(({ force }) => force === true)
      .map(({ ref }) => ref);

  it('is forced, and nothing else is', () => {
    const found = [finding(formatRef(ISTIO)), finding(formatRef(OTHER))];

    expect(forced(found, [])).toEqual([]);
    expect(forced(found, [override])).toEqual([ISTIO]);
  });

  it('is only what was found: an override of nothing forces nothing', () => {
    expect(forced([], [override])).toEqual([]);
  });

  it('is a direct edit: another finding about the object that was accepted forces nothing', () => {
    const code = 'ValuesNotRecovered';

    expect(forced([finding(formatRef(ISTIO), code)], [{ ...override, code }])).toEqual([]);
  });
});

it('an object that the running version has and that is gone would be made again', async () => {
  const release = { objects: [rendered(WANTED)], digest: 'sha256:0', warnings: [] };
  const { objects } = await compareRelease(access, release);

  expect(await readDrift(access, objects, [])).toEqual([]);
  expect(await readDrift(access, objects, [WANTED])).toEqual([
    {
      ref: refOf(WANTED),
      drifts: [{ ref: refOf(WANTED), field: '', kind: 'removed', outcome: 'reset' }],
      needsForce: false,
    },
  ]);
});
