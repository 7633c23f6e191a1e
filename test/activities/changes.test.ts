import { beforeEach, describe, expect, it } from '@jest/globals';
import { performChange, type OwnedChange } from '../../src/activities/changes/perform-change.ts';
import { undoChange } from '../../src/activities/changes/undo-change.ts';
import { ActivityError } from '../../src/activities/errors.ts';
import { openRunRecord } from '../../src/activities/record/run-record.ts';
import { readJournal } from '../../src/activities/record/step-journal.ts';
import { applyRelease } from '../../src/activities/release/apply-release.ts';
import type { ClusterAccess } from '../../src/clients/cluster-access.ts';
import { KubernetesError } from '../../src/clients/kubernetes-error.ts';
import { webhookStateOf } from '../../src/domain/journal/webhook-state.ts';
import { formatRef, refOf, type KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import type { PlannedObject } from '../../src/domain/planning/plan.ts';
import { injected } from '../domain/restart/manual/templates.ts';
import { Crash, createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import {
  configMap,
  mutatingWebhook,
  namespaceObject,
  workloadObject,
} from '../support/kubernetes-objects.ts';

let cluster: FakeKubernetes;
let access: ClusterAccess;
beforeEach(() => {
  cluster = createFakeKubernetes();
  access = { worker: cluster, installer: cluster, installerKubeconfig: '/nowhere' };
});

const TAG = 'istio-revision-tag-prod';
const TOKEN = 'run-1/wave-1';

function shop(revision: string): KubernetesObject {
  return namespaceObject('shop', { 'istio.io/rev': revision, team: 'a' });
}

function tag(revision: string): KubernetesObject {
  return mutatingWebhook(TAG, { 'istio.io/rev': revision, 'istio.io/tag': 'prod' });
}

function cart(token?: string): KubernetesObject {
  const annotations = token === undefined ? {} : { 'meshlift.dev/restart': token };
  return workloadObject('Deployment', 'cart', {
    spec: { replicas: 2, template: { metadata: { annotations } } },
  });
}

/** Its pods choose their revision by a label of their own. */
function labelledCart(revision: string, token?: string): KubernetesObject {
  const annotations = token === undefined ? {} : { 'meshlift.dev/restart': token };
  const labels = { app: 'cart', 'istio.io/rev': revision };
  return workloadObject('Deployment', 'cart', {
    spec: { replicas: 2, template: { metadata: { annotations, labels } } },
  });
}

interface Kind {
  readonly kind: string;
  readonly prior: KubernetesObject;
  readonly applied: KubernetesObject;
  readonly foreign: KubernetesObject;
  readonly changeOf: (uid: string) => OwnedChange;
  /** A workload that is gone needs no restart; a label that nobody can set any more was planned. */
  readonly whenGone: 'ForeignChange' | 'nothing';
}

const stateOf = (revision: string): ReturnType<typeof webhookStateOf> =>
  webhookStateOf(tag(revision), ['istio.io/rev', 'istio.io/tag']);

const KINDS: readonly Kind[] = [
  {
    kind: 'labels',
    whenGone: 'ForeignChange',
    prior: shop('1-25-1'),
    applied: shop('1-26-1'),
    foreign: shop('mine'),
    changeOf: (uid) => ({
      kind: 'labels',
      ref: refOf(shop('')),
      uid,
      prior: { 'istio.io/rev': '1-25-1' },
      applied: { 'istio.io/rev': '1-26-1' },
    }),
  },
  {
    kind: 'webhooks',
    whenGone: 'ForeignChange',
    prior: tag('1-25-1'),
    applied: tag('1-26-1'),
    foreign: tag('1-24-0'),
    changeOf: (uid) => ({
      kind: 'webhooks',
      ref: refOf(tag('')),
      uid,
      prior: stateOf('1-25-1'),
      applied: stateOf('1-26-1'),
    }),
  },
  {
    kind: 'restart',
    whenGone: 'nothing',
    prior: cart(),
    applied: cart(TOKEN),
    foreign: cart('another-run/wave-1'),
    changeOf: (uid) => ({
      kind: 'restart',
      ref: refOf(cart()),
      uid,
      prior: null,
      applied: TOKEN,
    }),
  },
];

const RELABELS: readonly Kind[] = [
  {
    kind: 'restart with another label of its pods',
    whenGone: 'nothing',
    prior: labelledCart('1-25-1'),
    applied: labelledCart('1-26-1', TOKEN),
    foreign: labelledCart('mine'),
    changeOf: (uid) => ({
      kind: 'restart',
      ref: refOf(cart()),
      uid,
      prior: null,
      applied: TOKEN,
      labels: {
        prior: { 'istio.io/rev': '1-25-1' },
        applied: { 'istio.io/rev': '1-26-1' },
      },
    }),
  },
  ...([30, undefined] as const).map((before): Kind => ({
    kind: `restart by grace period from ${before ?? 'none'}`,
    whenGone: 'nothing',
    prior: patient(before),
    applied: patient(31),
    foreign: patient(45),
    changeOf: (uid) => ({
      kind: 'restart',
      by: 'grace-period',
      ref: refOf(patient()),
      uid,
      prior: before === undefined ? null : String(before),
      applied: '31',
    }),
  })),
  {
    kind: 'inject',
    whenGone: 'nothing',
    prior: byHand('1.25.1'),
    applied: byHand('1.26.1'),
    foreign: byHand('1.26.1', { nodeName: 'x' }),
    changeOf: (uid) => ({
      kind: 'inject',
      ref: refOf(byHand('1.25.1')),
      uid,
      prior: injected('1.25.1'),
      applied: injected('1.26.1'),
    }),
  },
];

/** With more replicas than its manifest says: that is no matter of the template. */
function byHand(...template: Parameters<typeof injected>): KubernetesObject {
  return workloadObject('Deployment', 'cart', {
    spec: { replicas: 7, template: injected(...template) },
  });
}

/** Of a workload whose pods have that long to end; nobody said how long: `undefined`. */
function patient(seconds?: number): KubernetesObject {
  const spec = seconds === undefined ? {} : { terminationGracePeriodSeconds: seconds };
  return workloadObject('Deployment', 'cart', { spec: { replicas: 2, template: { spec } } });
}

/** Puts an object there and gives the change that is about it. */
function given({ changeOf }: Kind, object: KubernetesObject): OwnedChange {
  return changeOf(cluster.place(object).metadata.uid ?? '');
}

async function contentOf(ref: OwnedChange['ref']): Promise<unknown> {
  const found = await cluster.get(ref);
  return found === undefined
    ? undefined
    : { ...found, metadata: { ...found.metadata, uid: '', resourceVersion: '' } };
}

function content(object: KubernetesObject): unknown {
  return { ...object, metadata: { ...object.metadata, uid: '', resourceVersion: '' } };
}

async function problemOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'nothing';
  } catch (error) {
    return error instanceof ActivityError ? error.type : `no ActivityError: ${String(error)}`;
  }
}

describe.each([...KINDS, ...RELABELS])('a change of $kind', (kind) => {
  it('is made once, however often it is asked for', async () => {
    const change = given(kind, kind.prior);

    await performChange(cluster, change);
    await performChange(cluster, change);

    expect(await contentOf(change.ref)).toEqual(content(kind.applied));
    expect(cluster.writes).toHaveLength(1);
  });

  it('is not made over a value of others', async () => {
    const change = given(kind, kind.foreign);

    expect(await problemOf(performChange(cluster, change))).toBe('ForeignChange');
    expect(cluster.writes).toEqual([]);
  });

  it('is not made on an object that was replaced, nor on none', async () => {
    const change = given(kind, kind.prior);
    cluster.place(kind.prior);

    expect(await problemOf(performChange(cluster, change))).toBe(kind.whenGone);
    await cluster.delete(change.ref);
    expect(await problemOf(performChange(cluster, change))).toBe(kind.whenGone);
    expect(cluster.writes).toEqual([`delete ${formatRef(change.ref)}`]);
  });

  it('is taken back once, however often that is asked for', async () => {
    const change = given(kind, kind.applied);

    expect(await undoChange(access, change)).toEqual({ kind: 'reverted' });
    expect(await undoChange(access, change)).toEqual({ kind: 'unchanged' });

    expect(await contentOf(change.ref)).toEqual(content(kind.prior));
    expect(cluster.writes).toHaveLength(1);
  });

  it('that was never made has nothing to take back', async () => {
    const change = given(kind, kind.prior);

    expect(await undoChange(access, change)).toEqual({ kind: 'unchanged' });
    expect(cluster.writes).toEqual([]);
  });

  it('leaves a value that others set meanwhile, and says so', async () => {
    const change = given(kind, kind.foreign);

    expect(await undoChange(access, change)).toMatchObject({ kind: 'foreign' });
    expect(await contentOf(change.ref)).toEqual(content(kind.foreign));
    expect(cluster.writes).toEqual([]);
  });

  it('leaves an object that was replaced or deleted meanwhile, and says so', async () => {
    const change = given(kind, kind.applied);
    cluster.place(kind.applied);

    expect(await undoChange(access, change)).toMatchObject({ kind: 'foreign' });
    await cluster.delete(change.ref);
    expect(await undoChange(access, change)).toMatchObject({ kind: 'foreign' });
  });
});

describe('the webhooks of a tag', () => {
  it('keep what somebody has set in them since, which is told, and send to the revision of before', async () => {
    const mine = { timeoutSeconds: 3 };
    const withMine = (revision: string): KubernetesObject => {
      const { webhooks, ...rest } = tag(revision);
      return { ...rest, webhooks: (webhooks as object[]).map((each) => ({ ...each, ...mine })) };
    };
    const live = cluster.place(withMine('1-26-1'));
    const change = KINDS[1]?.changeOf(live.metadata.uid ?? '') as OwnedChange;

    const undone = await undoChange(access, change);

    expect(await contentOf(refOf(live))).toEqual(content(withMine('1-25-1')));
    expect(undone).toMatchObject({
      kind: 'reverted',
      kept: expect.arrayContaining([
        expect.objectContaining({
          path: expect.stringContaining('timeoutSeconds'),
          found: 'set by others since',
        }),
      ]),
    });
  });
});

describe('the label of pods that a restart changes', () => {
  const change = (uid: string): OwnedChange => RELABELS[0]?.changeOf(uid) as OwnedChange;

  it('comes back where somebody took it away and left the token', async () => {
    const live = cluster.place(labelledCart('1-25-1', TOKEN));

    await performChange(cluster, change(live.metadata.uid ?? ''));

    expect(await contentOf(refOf(live))).toEqual(content(labelledCart('1-26-1', TOKEN)));
  });

  it('is taken back alone where the pods were evicted and the template has no token', async () => {
    const live = cluster.place(labelledCart('1-26-1'));

    expect(await undoChange(access, change(live.metadata.uid ?? ''))).toEqual({ kind: 'reverted' });

    expect(await contentOf(refOf(live))).toEqual(content(labelledCart('1-25-1')));
  });

  it('stays where somebody set it to another value meanwhile, as does the token', async () => {
    const live = cluster.place(labelledCart('mine', TOKEN));

    expect(await undoChange(access, change(live.metadata.uid ?? ''))).toMatchObject({
      kind: 'foreign',
      difference: {
        path: 'Deployment shop/cart pod template labels',
        expected: 'istio.io/rev=1-25-1',
        found: 'istio.io/rev=mine',
      },
    });
    expect(cluster.writes).toEqual([]);
  });
});

describe('a deletion', () => {
  function deletion(): OwnedChange {
    const live = cluster.place(configMap('istio-1-25-1', { mesh: 'x' }));
    return { kind: 'delete', ref: refOf(live), uid: live.metadata.uid ?? '', prior: live };
  }

  it('is made once, and tolerates that the object is gone', async () => {
    const change = deletion();

    await performChange(cluster, change);
    await performChange(cluster, change);

    expect(await cluster.get(change.ref)).toBeUndefined();
    expect(cluster.writes).toEqual(['delete ConfigMap istio-system/istio-1-25-1']);
  });

  it('spares an object of the same name that somebody made anew', async () => {
    const change = deletion();
    cluster.place(configMap('istio-1-25-1', { mesh: 'theirs' }));

    await performChange(cluster, change);

    expect(cluster.writes).toEqual([]);
  });
});

describe('the objects of a release', () => {
  const NEW = configMap('istio-1-26-1', { mesh: 'new' });
  const SHARED = configMap('istio-shared', { mesh: 'new' });

  async function journal(): Promise<readonly string[]> {
    const found = await readJournal(openRunRecord(cluster, 'istio-system', 'r1'), 'step');
    const kinds = found?.changes.map(({ kind, ref }) => `${kind} ${ref.name}`) ?? [];
    return [found?.state ?? 'none', ...kinds];
  }

  const apply = (planned: readonly PlannedObject[] = []): Promise<number> =>
    applyRelease(
      access,
      openRunRecord(cluster, 'istio-system', 'r1'),
      { id: 'step', objects: planned },
      [NEW, SHARED],
    );

  it('are journaled, with what was there before, ahead of the first write', async () => {
    cluster.place(configMap('istio-shared', { mesh: 'old' }));
    cluster.crashAfter(1);

    await expect(apply()).rejects.toThrow(Crash);

    expect(await journal()).toEqual(['begun', 'create istio-1-26-1', 'update istio-shared']);
    expect(await cluster.get(refOf(NEW))).toBeUndefined();
  });

  it.each([1, 2, 3])('come to the same end after a crash at write %d', async (writes) => {
    cluster.place(configMap('istio-shared', { mesh: 'old' }));
    cluster.crashAfter(writes);
    await expect(apply()).rejects.toThrow(Crash);
    cluster.crashAfter(100);

    expect(await apply()).toBe(2);

    expect(await journal()).toEqual(['done', 'create istio-1-26-1', 'update istio-shared']);
    expect((await cluster.get(refOf(SHARED)))?.['data']).toEqual({ mesh: 'new' });
    const recorded = await readJournal(openRunRecord(cluster, 'istio-system', 'r1'), 'step');
    expect(recorded?.changes[1]).toMatchObject({ prior: { data: { mesh: 'old' } } });
  });

  it('are taken back: what was made goes, what was there is what it was', async () => {
    cluster.place(configMap('istio-shared', { mesh: 'old' }));
    await apply();
    const recorded = await readJournal(openRunRecord(cluster, 'istio-system', 'r1'), 'step');

    const undone = await Promise.all(
      (recorded?.changes ?? []).map((change) => undoChange(access, change)),
    );

    expect(undone).toEqual([{ kind: 'reverted' }, { kind: 'reverted' }]);
    expect(await cluster.get(refOf(NEW))).toBeUndefined();
    expect((await cluster.get(refOf(SHARED)))?.['data']).toEqual({ mesh: 'old' });
  });

  async function undoneAfter(crashAt: number, edit: () => Promise<unknown>): Promise<unknown> {
    cluster.place(configMap('istio-shared', { mesh: 'old' }));
    cluster.crashAfter(crashAt);
    await expect(apply()).rejects.toThrow(Crash);
    cluster.crashAfter(100);
    await edit();
    const recorded = await readJournal(openRunRecord(cluster, 'istio-system', 'r1'), 'step');
    const update = recorded?.changes.find(({ kind }) => kind === 'update');
    return update === undefined ? undefined : undoChange(access, update);
  }
  /** The journal, the new object and the update of the shared one; the second entry is lost. */
  const AFTER_THE_UPDATE = 3;

  it('whose update was never noted as made are taken back all the same', async () => {
    expect(await undoneAfter(AFTER_THE_UPDATE, async () => undefined)).toEqual({
      kind: 'reverted',
    });
    expect((await cluster.get(refOf(SHARED)))?.['data']).toEqual({ mesh: 'old' });
  });

  it('whose update was never noted as made keep what others wrote after it', async () => {
    const edit = (): Promise<unknown> =>
      cluster.mergePatch(refOf(SHARED), { data: { mesh: 'theirs' } });

    expect(await undoneAfter(AFTER_THE_UPDATE, edit)).toMatchObject({ kind: 'foreign' });
    expect((await cluster.get(refOf(SHARED)))?.['data']).toEqual({ mesh: 'theirs' });
  });

  it('are taken back beside what others wrote where the run did not, which is told', async () => {
    const edit = (): Promise<unknown> =>
      cluster.mergePatch(refOf(SHARED), { metadata: { annotations: { note: 'mine' } } });

    expect(await undoneAfter(AFTER_THE_UPDATE, edit)).toEqual({
      kind: 'reverted',
      kept: [
        {
          path: 'ConfigMap istio-system/istio-shared metadata.annotations.note',
          expected: 'as it was',
          found: 'set by others since',
        },
      ],
    });

    expect(await cluster.get(refOf(SHARED))).toMatchObject({
      data: { mesh: 'old' },
      metadata: { annotations: { note: 'mine' } },
    });
  });

  it.each([
    ['nobody but the installer has, goes', 'istio-operator', 'reverted'],
    ['somebody else has made meanwhile, stays', 'kubectl-create', 'foreign'],
  ])('one that was meant to be made, and that %s', async (_what, manager, kind) => {
    const managedFields = [{ manager, operation: 'Apply', fieldsV1: { 'f:data': {} } }];
    const { metadata, ...content } = NEW;
    cluster.place({ ...content, metadata: { ...metadata, managedFields } } as KubernetesObject);

    expect(await undoChange(access, { kind: 'create', ref: refOf(NEW) })).toMatchObject({ kind });

    expect((await cluster.get(refOf(NEW))) === undefined).toBe(kind === 'reverted');
  });
});

describe('an update that others have edited too', () => {
  const managed = (data: object, managers: readonly string[]): KubernetesObject => {
    const { metadata, ...content } = configMap('istio', data as Record<string, string>);
    const managedFields = managers.map((manager) => ({
      manager,
      operation: manager === 'istio-operator' ? 'Apply' : 'Update',
      fieldsV1: { [`f:${Object.keys(data).join()}`]: {} },
    }));
    return { ...content, metadata: { ...metadata, managedFields } } as KubernetesObject;
  };
  const ownersOf = ({ metadata }: { readonly metadata: object }): unknown =>
    (metadata as { readonly managedFields?: unknown }).managedFields;

  it('leaves its fields to whom they belong, as before or since', async () => {
    const prior = managed({ mesh: 'old' }, ['istio-operator']);
    const applied = managed({ mesh: 'new' }, ['istio-operator']);
    const live = cluster.place(
      managed({ mesh: 'new', more: 'mine' }, ['istio-operator', 'kubectl']),
    );
    const { uid = '' } = live.metadata;

    await undoChange(access, { kind: 'update', ref: refOf(prior), uid, prior, applied });

    const after = await cluster.get(refOf(prior));
    expect(after?.['data']).toEqual({ mesh: 'old', more: 'mine' });
    const [, theirs] = ownersOf(live) as readonly unknown[];
    expect(after === undefined ? after : ownersOf(after)).toEqual([
      ...(ownersOf(prior) as readonly unknown[]),
      theirs,
    ]);
  });
});

describe('an undo beside controllers that write a status', () => {
  const prior = configMap('istio', { mesh: 'old' });
  const applied = configMap('istio', { mesh: 'new' });

  /** So many writes come second, as when somebody else wrote in between. */
  function beaten(times: number): ClusterAccess {
    let left = times;
    const installer = {
      ...cluster,
      replace: async (object: KubernetesObject) => {
        left -= 1;
        if (left >= 0) throw conflict();
        return cluster.replace(object);
      },
    };
    return { ...access, installer };
  }

  const conflict = (): KubernetesError =>
    new KubernetesError({
      code: 409,
      reason: 'Conflict',
      message: 'the object has been modified',
      causes: [],
      retryAfterSeconds: undefined,
      request: 'PUT x',
    });

  it('is judged and tried anew, a few times', async () => {
    const { uid = '' } = cluster.place(applied).metadata;
    const change = { kind: 'update', ref: refOf(prior), uid, prior, applied } as const;
    await expect(undoChange(beaten(99), change)).rejects.toThrow('has been modified');

    expect(await undoChange(beaten(2), change)).toEqual({ kind: 'reverted' });

    expect(await cluster.get(refOf(prior))).toMatchObject({ data: { mesh: 'old' } });
  });
});
