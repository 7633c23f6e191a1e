import { beforeEach, describe, expect, it } from '@jest/globals';
import { templateAnnotation } from '../../src/activities/changes/patch-paths.ts';
import { readJournal, writeJournal } from '../../src/activities/record/step-journal.ts';
import type { UndoReceipt } from '../../src/activities/undo-step.ts';
import { KubernetesError } from '../../src/clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import type { Change } from '../../src/domain/journal/change.ts';
import { refOf } from '../../src/domain/kubernetes-object.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import type { StepOf, UpgradeStep } from '../../src/domain/planning/step.ts';
import { Crash, createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { configMap, namespaceObject } from '../support/kubernetes-objects.ts';
import { NEW, OLD, placeWorkload, rollOut } from '../support/placed-mesh.ts';
import { useQuickTime } from '../support/quick-time.ts';
import {
  accessTo,
  problemOf,
  recordIn,
  recordingHeart,
  RUN,
  samplePlan,
  waveStep,
} from '../support/sample-run.ts';
import { CRDS, INSTALL, LABELS, movedNamespace, REMOVAL } from '../support/sample-steps.ts';

const time = useQuickTime();
const { undoStep } = await import('../../src/activities/undo-step.ts');

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = createFakeKubernetes();
  time.meanwhile(() => undefined);
});

/** A run with this one step, and its journal when there is one. */
async function given(
  step: UpgradeStep,
  journal?: readonly Change[],
  state: 'begun' | 'done' = 'done',
): Promise<void> {
  await recordIn(cluster).put('plan', samplePlan([step]));
  if (journal !== undefined) await writeJournal(recordIn(cluster), step.id, state, journal);
}

function undo(step: UpgradeStep): Promise<UndoReceipt> {
  return undoStep(accessTo(cluster), { ...RUN, step: step.id }, recordingHeart());
}

/** What it did beside keeping its record. */
function writes(): readonly string[] {
  return cluster.writes.filter((write) => !write.includes('/meshlift-run-'));
}

async function labelOf(namespace: string): Promise<string | undefined> {
  const found = await cluster.get(refOf(namespaceObject(namespace)));
  return found?.metadata.labels?.['istio.io/rev'];
}

const NOTHING = { reverted: 0, foreign: [] };

describe('the undo of a step', () => {
  it('takes its changes back and marks its journal', async () => {
    const journal = [movedNamespace(cluster, 'shop'), movedNamespace(cluster, 'billing')];
    await given(LABELS, journal);

    expect(await undo(LABELS)).toEqual({ reverted: 2, foreign: [] });

    expect([await labelOf('shop'), await labelOf('billing')]).toEqual([OLD, OLD]);
    const recorded = await readJournal(recordIn(cluster), LABELS.id);
    expect(recorded).toMatchObject({ state: 'undone', changes: journal });
  });

  it.each([INSTALL, LABELS, waveStep([]), REMOVAL])(
    'that never began has nothing to take back: $kind',
    async (step) => {
      cluster.place(namespaceObject('kube-system'));
      movedNamespace(cluster, 'shop');
      await given(step);
      const before = [...cluster.writes];

      expect(await undo(step)).toEqual(NOTHING);

      expect(cluster.writes).toEqual(before);
    },
  );

  it.each([INSTALL, LABELS, waveStep([])])(
    'that was carried out, and whose journal somebody deleted, is no undo: $kind',
    async (step) => {
      cluster.place(namespaceObject('kube-system'));
      await given(step);
      const ref = { ...RUN, step: step.id, wasDone: true } as const;

      expect(await problemOf(undoStep(accessTo(cluster), ref, recordingHeart()))).toContain(
        `ConfigMap meshlift-run-${RUN.runId}-step-${step.id} in ${RUN.meshNamespace}, found none`,
      );
    },
  );

  it('takes the newest change back first', async () => {
    const change = movedNamespace(cluster, 'shop', 'third');
    const labels = (prior: string, applied: string): Change =>
      ({
        ...change,
        prior: { 'istio.io/rev': prior },
        applied: { 'istio.io/rev': applied },
      }) as Change;
    await given(LABELS, [labels('first', 'second'), labels('second', 'third')]);

    expect(await undo(LABELS)).toEqual({ reverted: 2, foreign: [] });

    expect(await labelOf('shop')).toBe('first');
  });

  it('leaves what others have set since, lists it, and takes the rest back', async () => {
    await given(LABELS, [
      movedNamespace(cluster, 'billing'),
      movedNamespace(cluster, 'shop', 'mine'),
    ]);

    const receipt = await undo(LABELS);

    expect(receipt.reverted).toBe(1);
    expect(receipt.foreign).toEqual([
      {
        path: 'Namespace shop labels',
        expected: `istio.io/rev=${OLD}`,
        found: 'istio.io/rev=mine',
      },
    ]);
    expect([await labelOf('shop'), await labelOf('billing')]).toEqual(['mine', OLD]);
  });

  it('tries every change though some are refused, and fails with all of those', async () => {
    const journal = ['shop', 'billing', 'search'].map((name) => movedNamespace(cluster, name));
    await given(LABELS, journal);
    const refusing = (...names: readonly string[]): KubernetesClient => ({
      ...cluster,
      mergePatch: async (ref, patch, options) => {
        if (!names.includes(ref.name)) return cluster.mergePatch(ref, patch, options);
        throw new KubernetesError({
          code: 422,
          reason: 'Invalid',
          message: 'no',
          causes: [],
          retryAfterSeconds: undefined,
          request: `PATCH ${ref.name}`,
        });
      },
    });
    const undone = (client: KubernetesClient): Promise<UndoReceipt> =>
      undoStep(accessTo(client), { ...RUN, step: LABELS.id }, recordingHeart());

    expect(await problemOf(undone(refusing('shop', 'search')))).toContain(
      '2 of 3 changes could not be taken back: PATCH search: 422 no; PATCH shop: 422 no',
    );

    expect(await labelOf('billing')).toBe(OLD);
    expect(await readJournal(recordIn(cluster), LABELS.id)).toMatchObject({ state: 'done' });
    expect(await undone(cluster)).toEqual({ reverted: 2, foreign: [] });
  });

  it('keeps what the plan says is kept', async () => {
    const live = cluster.place(configMap('istio-shared', { mesh: 'new' }));
    await given(CRDS, [{ kind: 'create', ref: refOf(live), uid: live.metadata.uid ?? '' }]);

    expect(await undo(CRDS)).toEqual(NOTHING);

    expect(await cluster.get(refOf(live))).toEqual(live);
  });

  it('that the plan does not have is refused', async () => {
    await given(LABELS);

    expect(await problemOf(undo({ ...LABELS, id: 'other' }))).toBe(
      'RecordUnreadable: the plan of run r1 has no step other',
    );
  });
});

describe('the undo of a step, once more', () => {
  it('finds nothing more to do', async () => {
    await given(LABELS, [movedNamespace(cluster, 'shop')]);
    expect(await undo(LABELS)).toMatchObject({ reverted: 1 });

    expect(await undo(LABELS)).toEqual(NOTHING);

    expect(writes()).toEqual(['patch Namespace shop']);
  });

  it.each([0, 1, 2])('comes to the same end after a crash at write %d', async (count) => {
    await given(LABELS, [movedNamespace(cluster, 'shop'), movedNamespace(cluster, 'billing')]);
    cluster.crashAfter(count);
    await expect(undo(LABELS)).rejects.toThrow(Crash);
    cluster.crashAfter(100);

    await undo(LABELS);

    expect(writes()).toEqual(['patch Namespace billing', 'patch Namespace shop']);
    expect(await readJournal(recordIn(cluster), LABELS.id)).toMatchObject({ state: 'undone' });
  });

  it('takes back what a crash left half done', async () => {
    await given(
      LABELS,
      [movedNamespace(cluster, 'shop'), movedNamespace(cluster, 'billing', OLD)],
      'begun',
    );

    expect(await undo(LABELS)).toEqual({ reverted: 1, foreign: [] });

    expect([await labelOf('shop'), await labelOf('billing')]).toEqual([OLD, OLD]);
  });
});

describe('the removal of the old control plane', () => {
  it.each([
    ['has begun', 'begun'],
    ['is done', 'done'],
  ] as const)('cannot be taken back once it %s', async (_what, state) => {
    const prior = configMap('istio-1-25-1', { mesh: 'old' });
    await given(REMOVAL, [{ kind: 'delete', ref: refOf(prior), uid: 'uid', prior }], state);
    const before = [...cluster.writes];

    expect(await problemOf(undo(REMOVAL))).toMatch(
      /^RollbackFailed: .* the workflow rollbackMesh$/,
    );

    expect(cluster.writes).toEqual(before);
  });
});

async function tokenOf(ref: WorkloadRef): Promise<string | null> {
  const live = await cluster.get({ apiVersion: 'apps/v1', ...ref });
  return live === undefined ? null : templateAnnotation(live, 'meshlift.dev/restart');
}

describe('a wave', () => {
  const TOKEN = 'r1/wave-1';
  let cart: WorkloadRef;
  beforeEach(() => {
    cart = placeWorkload(cluster, 'cart', { revision: NEW });
  });

  /** A wave that moved one namespace and restarted one workload, of which this is the token. */
  async function begun(token = TOKEN): Promise<UpgradeStep> {
    const ref = { apiVersion: 'apps/v1', kind: cart.kind, namespace: 'shop', name: 'cart' };
    const annotations = { 'meshlift.dev/restart': token };
    await cluster.mergePatch(ref, { spec: { template: { metadata: { annotations } } } });
    const step = waveStep([cart]);
    await given(step, [movedNamespace(cluster, 'shop')]);
    await writeJournal(recordIn(cluster), 'wave-1-restart', 'begun', [
      { kind: 'restart', ref, uid: cart.uid, prior: null, applied: TOKEN },
    ]);
    return step;
  }

  it('goes back by selectors, then templates, then what still has a new proxy', async () => {
    const step = await begun();
    const before = writes().length;
    time.meanwhile(() => rollOut(cluster, cart, 2, OLD));

    const receipt = await undo(step);

    expect(receipt).toEqual({ reverted: 2, foreign: [] });
    expect(writes().slice(before)).toEqual([
      'patch Namespace shop',
      'patch StatefulSet shop/cart',
      'evict Pod shop/cart-1',
    ]);
    expect(await tokenOf(cart)).toBeNull();
  });

  it('takes the new proxy also from a workload that came into its namespaces meanwhile', async () => {
    const step = await begun();
    const late = placeWorkload(cluster, 'late', { revision: NEW, pods: 1 });
    placeWorkload(cluster, 'other', { namespace: 'billing', revision: NEW });
    time.meanwhile(() => {
      rollOut(cluster, cart, 2, OLD);
      rollOut(cluster, late, 1, OLD);
    });

    await undo(step);

    const evicted = ['evict Pod shop/cart-1', 'evict Pod shop/late-0'];
    expect(writes().filter((write) => write.startsWith('evict '))).toEqual(evicted);
  });

  describe('in two parts', () => {
    let web: WorkloadRef;
    let first: StepOf<'wave'>;
    let rest: StepOf<'wave'>;
    beforeEach(async () => {
      web = placeWorkload(cluster, 'web', { revision: NEW, pods: 1 });
      first = waveStep([cart], { later: { step: 'wave-2', workloads: 1 } });
      rest = waveStep([web], { id: 'wave-2', number: 2, selectorsOf: 'wave-1' });
      await recordIn(cluster).put('plan', samplePlan([first, rest]));
      await writeJournal(recordIn(cluster), 'wave-1', 'done', [movedNamespace(cluster, 'shop')]);
    });

    it('goes back with what the first has moved for it, and leaves the first its own', async () => {
      await writeJournal(recordIn(cluster), 'wave-2', 'done', []);
      time.meanwhile(() => rollOut(cluster, web, 1, OLD));

      await undo(rest);

      expect(await labelOf('shop')).toBe(OLD);
      expect(writes()).toEqual(['patch Namespace shop', 'evict Pod shop/web-0']);
    });

    it('goes back wholly with its first where the rest has not begun', async () => {
      time.meanwhile(() => {
        rollOut(cluster, cart, 2, OLD);
        rollOut(cluster, web, 1, OLD);
      });

      await undo(first);

      expect(await labelOf('shop')).toBe(OLD);
      expect(writes()).toEqual([
        'patch Namespace shop',
        'evict Pod shop/cart-1',
        'evict Pod shop/web-0',
      ]);
    });

    it('tells once of a selector that others have set meanwhile', async () => {
      await writeJournal(recordIn(cluster), 'wave-2', 'done', []);
      const ref = refOf(namespaceObject('shop'));
      await cluster.mergePatch(ref, { metadata: { labels: { 'istio.io/rev': 'mine' } } });
      for (const [each, pods] of [
        [cart, 2],
        [web, 1],
      ] as const) {
        rollOut(cluster, each, pods, OLD);
      }

      expect((await undo(rest)).foreign).toEqual([]);
      expect((await undo(first)).foreign).toMatchObject([{ found: 'istio.io/rev=mine' }]);
    });
  });

  it('lists a restart that others asked for meanwhile, and leaves it', async () => {
    const step = await begun('theirs');
    rollOut(cluster, cart, 2, OLD);

    const receipt = await undo(step);

    expect(receipt).toMatchObject({ reverted: 1, foreign: [{ found: 'theirs' }] });
    expect(await tokenOf(cart)).toBe('theirs');
  });

  it('that is not whole again by the deadline says so, and can be taken back once more', async () => {
    const step = await begun();
    expect(await problemOf(undo(step))).toMatch(
      /^Unhealthy: .* shop\/cart: still there: 1 pod with the proxy of 1-26-1/,
    );
    time.meanwhile(() => rollOut(cluster, cart, 2, OLD));

    expect(await undo(step)).toEqual(NOTHING);
  });
});
