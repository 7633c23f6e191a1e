import { describe, expect, it } from '@jest/globals';
import { predictInjection } from '../../src/domain/inventory/predict-injection.ts';
import type { WorkloadDetail } from '../../src/domain/inventory/workload-detail.ts';
import type { ObservedMesh, ObservedWorkload } from '../../src/domain/mesh/observed-mesh.ts';
import { buildSteps } from '../../src/domain/planning/build-steps.ts';
import { describeStep } from '../../src/domain/planning/describe-step.ts';
import { findPodSelections, type PodSelections } from '../../src/domain/planning/pod-selections.ts';
import type { StepOf } from '../../src/domain/planning/step.ts';
import { buildWaves, type WaveContent } from '../../src/domain/planning/waves.ts';
import type { WavePolicy } from '../../src/domain/policy.ts';
import { treatmentOfKind, type LeftWorkload } from '../../src/domain/restart/treatment.ts';
import { sampleInventory, workloadDetail } from '../support/sample-inventory.ts';
import {
  namespace,
  namespaceByInjection,
  namespaceByRevision,
  namespaceByTag,
  sampleMesh,
  samplePolicy,
  workload,
} from '../support/sample-mesh.ts';

const MOVEMENT = { from: '1-25-1', to: '1-26-1' };
const REV = 'istio.io/rev';

type Labels = Readonly<Record<string, string>>;

/** By the live webhooks of the mesh, each workload's pods labelled as given by its name. */
function selectionsIn(mesh: ObservedMesh, labels: Readonly<Record<string, Labels>>): PodSelections {
  const sample = sampleInventory(mesh);
  const detailOf = ({ kind, namespace: place, name }: ObservedWorkload): WorkloadDetail => {
    const podLabels = labels[name] ?? {};
    const namespaceLabels = mesh.namespaces.find((each) => each.name === place)?.labels ?? {};
    const pod = { namespace: place, namespaceLabels, podLabels, podAnnotations: {} };
    const { injectors, injectorPolicies: policies } = sample;
    const prediction = predictInjection({ ...pod, hostNetwork: false }, { injectors, policies });
    return workloadDetail({ kind, namespace: place, name, podLabels, prediction });
  };
  return findPodSelections({ ...sample, workloads: mesh.workloads.map(detailOf) }, MOVEMENT.from);
}

function meshOf(workloads: readonly string[], changes: Partial<ObservedMesh> = {}): ObservedMesh {
  return sampleMesh({
    namespaces: [namespace('legacy')],
    workloads: workloads.map((name) => workload({ namespace: 'legacy', name })),
    ...changes,
  });
}

function wavesIn(
  mesh: ObservedMesh,
  labels: Readonly<Record<string, Labels>> = {},
  policy: Partial<WavePolicy> = {},
): readonly WaveContent[] {
  return buildWaves(mesh, MOVEMENT, {
    policy: { critical: [], ...policy },
    gatewayNamespaces: [],
    podSelections: selectionsIn(mesh, labels),
  });
}

function stepsOf(
  mesh: ObservedMesh,
  labels: Readonly<Record<string, Labels>>,
  policy: Partial<WavePolicy> = {},
  left: readonly LeftWorkload[] = [],
): ReturnType<typeof buildSteps> {
  return buildSteps({
    mesh,
    policy: samplePolicy({ waves: { critical: [], ...policy } }),
    treated: {
      moved: mesh.workloads.map((each) => ({ ...each, treatment: treatmentOfKind(each.kind) })),
      left,
    },
    gatewayNamespaces: [],
    podSelections: selectionsIn(mesh, labels),
    from: { revision: '1-25-1', version: '1.25.1' },
    to: { revision: '1-26-1', version: '1.26.1' },
    base: [],
    pilot: [],
    old: [],
  });
}

function namesIn({ workloads }: Pick<WaveContent, 'workloads'>): readonly string[] {
  return workloads.map(({ name }) => name);
}

function wavesAmong(steps: ReturnType<typeof buildSteps>): readonly StepOf<'wave'>[] {
  return steps.filter((step) => step.kind === 'wave');
}

describe('a workload of a namespace that selects nothing', () => {
  it('moves by the label of its pods where that names the revision', () => {
    const mesh = meshOf(['billing', 'reports']);

    expect(wavesIn(mesh, { billing: { [REV]: '1-25-1' } })).toEqual([
      {
        namespaces: ['legacy'],
        podLabelled: ['legacy'],
        tagMoves: [],
        namespaceMoves: [],
        workloads: [
          {
            kind: 'Deployment',
            namespace: 'legacy',
            name: 'billing',
            uid: 'uid-legacy-billing',
            revisionLabel: { from: '1-25-1', to: '1-26-1' },
          },
        ],
      },
    ]);
  });

  it('moves with the tag that the label of its pods names, and the label stays', () => {
    const mesh = meshOf(['billing', 'reports']);

    const waves = wavesIn(mesh, { billing: { [REV]: 'prod-stable' } });

    expect(waves).toHaveLength(1);
    expect(waves[0]).toMatchObject({
      namespaces: ['legacy'],
      podLabelled: ['legacy'],
      tagMoves: [{ tag: 'prod-stable', from: '1-25-1', to: '1-26-1' }],
      workloads: [{ name: 'billing' }],
    });
    expect(waves[0]?.workloads[0]).not.toHaveProperty('revisionLabel');
  });

  it('moves together with the namespaces of its tag', () => {
    const mesh = meshOf([], {
      namespaces: [namespace('legacy'), namespaceByTag('shop', 'prod-stable')],
      workloads: [workload(), workload({ namespace: 'legacy', name: 'billing' })],
    });

    expect(wavesIn(mesh, { billing: { [REV]: 'prod-stable' } })).toMatchObject([
      { namespaces: ['shop', 'legacy'], podLabelled: ['legacy'] },
    ]);
  });

  it.each([
    ['has no label of its own', {}],
    ['names another revision', { [REV]: '1-24-0' }],
    ['is opted out', { [REV]: '1-25-1', 'sidecar.istio.io/inject': 'false' }],
  ])('does not move when it %s', (_why, podLabels: Labels) => {
    const mesh = meshOf(['billing']);
    expect(wavesIn(mesh, { billing: { [REV]: '1-25-1' } })).toHaveLength(1);

    expect(wavesIn(mesh, { billing: podLabels })).toEqual([]);
  });

  it.each([
    ['selects another revision', namespaceByRevision('legacy', '1-24-0')],
    ['is opted out', namespace('legacy', { labels: { 'istio-injection': 'disabled' } })],
  ])('does not move by its label when its namespace %s', (_why, place) => {
    const labels = { billing: { [REV]: '1-25-1' } };
    expect(wavesIn(meshOf(['billing']), labels)).toHaveLength(1);

    expect(wavesIn(meshOf(['billing'], { namespaces: [place] }), labels)).toEqual([]);
  });

  it('moves as its namespace does where that selects, whatever its own label says', () => {
    const mesh = meshOf(['billing'], { namespaces: [namespaceByRevision('legacy')] });

    const [wave] = wavesIn(mesh, { billing: { [REV]: '1-25-1' } });

    expect(wave).toMatchObject({ namespaceMoves: [{ namespace: 'legacy' }] });
    expect(wave).not.toHaveProperty('podLabelled');
    expect(wave?.workloads[0]).not.toHaveProperty('revisionLabel');
  });
});

describe('what follows the default by a label of its pods', () => {
  const MESH = meshOf([], {
    namespaces: [namespace('legacy'), namespaceByInjection('orders')],
    workloads: [
      workload({ namespace: 'legacy', name: 'gate' }),
      workload({ namespace: 'orders', name: 'a' }),
      workload({ namespace: 'orders', name: 'b' }),
    ],
  });
  const GATE = { gate: { 'sidecar.istio.io/inject': 'true' } };

  it('moves last, with all that is the default', () => {
    const steps = stepsOf(MESH, GATE);

    expect(wavesAmong(steps)).toMatchObject([
      { id: 'wave-1', namespaces: ['orders'], tagMoves: [] },
      {
        id: 'wave-2',
        namespaces: ['legacy'],
        tagMoves: [{ tag: 'default' }],
        validator: { name: 'istiod-default-validator', from: '1-25-1', to: '1-26-1' },
        workloads: [{ name: 'gate' }],
      },
    ]);
    // What is left of the step are the tags that nothing uses.
    expect(steps.find(({ kind }) => kind === 'move-default')).toMatchObject({
      tagMoves: [{ tag: 'canary-idle' }, { tag: 'prod-stable' }],
    });
    expect(steps.find(({ kind }) => kind === 'move-default')).not.toHaveProperty('validator');
  });

  it('leaves the default for the end where nothing does', () => {
    const steps = stepsOf(MESH, {});

    expect(wavesAmong(steps)).toHaveLength(1);
    expect(steps.find(({ kind }) => kind === 'move-default')).toMatchObject({
      tagMoves: [{ tag: 'canary-idle' }, { tag: 'default' }, { tag: 'prod-stable' }],
      validator: { name: 'istiod-default-validator' },
    });
  });
});

describe('named workloads', () => {
  const TAGGED = meshOf([], {
    namespaces: [namespaceByTag('a', 'prod-stable'), namespaceByTag('b', 'prod-stable')],
    workloads: [
      workload({ namespace: 'a', name: 'cart' }),
      workload({ namespace: 'a', name: 'web' }),
      workload({ namespace: 'b', name: 'mail' }),
    ],
  });
  const CART = { first: ['Deployment a/cart'] };

  it('move before the others of their tag, whose selectors move with them', () => {
    expect(wavesIn(TAGGED, {}, CART)).toMatchObject([
      {
        part: 'first',
        namespaces: ['a', 'b'],
        tagMoves: [{ tag: 'prod-stable' }],
        workloads: [{ name: 'cart' }],
      },
      {
        part: 'rest',
        namespaces: ['a', 'b'],
        tagMoves: [],
        workloads: [{ name: 'web' }, { name: 'mail' }],
      },
    ]);
  });

  it('are watched before the others move, and the two waves know of each other', () => {
    const steps = stepsOf(TAGGED, {}, CART);

    expect(steps.map(({ id }) => id).slice(5, 9)).toEqual([
      'wave-1',
      'soak-wave-1',
      'wave-2',
      'soak-wave-2',
    ]);
    const [first, rest] = wavesAmong(steps);
    expect(first).toMatchObject({ later: { step: 'wave-2', workloads: 2 } });
    expect(first).not.toHaveProperty('selectorsOf');
    expect(rest).toMatchObject({ selectorsOf: 'wave-1' });
    expect(rest).not.toHaveProperty('later');
  });

  it('make the plan say what a pod of the others gets meanwhile', () => {
    const [first, rest] = wavesAmong(stepsOf(TAGGED, {}, CART)).map((step) =>
      describeStep(step).map(({ text }) => text),
    );

    expect(first).toContain(
      '2 other workloads of these selectors: restarted in wave-2; a pod of theirs that is made anew before gets the new proxy already',
    );
    expect(rest).toContain('selectors moved in wave-1; undoing this wave takes them back too');
  });

  it('take along only their own namespace where several gather in one wave', () => {
    const mesh = meshOf([], {
      namespaces: ['a', 'b'].map((name) => namespaceByRevision(name)),
      workloads: ['a', 'b'].flatMap((place) =>
        ['cart', 'web'].map((name) => workload({ namespace: place, name })),
      ),
    });
    expect(wavesIn(mesh, {}, { percentages: [100] })).toHaveLength(1);

    const waves = wavesIn(mesh, {}, { ...CART, percentages: [100] });

    expect(waves).toMatchObject([
      { namespaces: ['a'], namespaceMoves: [{ namespace: 'a' }], workloads: [{ name: 'cart' }] },
      { namespaces: ['a', 'b'], namespaceMoves: [{ namespace: 'b' }] },
    ]);
    expect(waves.map(namesIn)).toEqual([['cart'], ['web', 'cart', 'web']]);
    const [first] = wavesAmong(stepsOf(mesh, {}, { ...CART, percentages: [100] }));
    expect(first?.later).toEqual({ step: 'wave-2', workloads: 1 });
  });

  it('have what is left of each namespace told once, by the wave that takes it first', () => {
    const mesh = meshOf([], {
      namespaces: ['a', 'b'].map((name) => namespaceByRevision(name)),
      workloads: ['a', 'b'].flatMap((place) =>
        ['cart', 'web'].map((name) => workload({ namespace: place, name })),
      ),
    });
    const left = ['a', 'b'].map((place) => ({
      kind: 'Job',
      namespace: place,
      name: 'import',
      because: 'it ends by itself',
    }));

    const waves = wavesAmong(stepsOf(mesh, {}, { ...CART, percentages: [100] }, left));

    expect(waves.map((wave) => wave.left)).toEqual([[left[0]], [left[1]]]);
  });

  it('move alone by a label of their own, and then nothing else has moved yet', () => {
    const labels = { cart: { [REV]: '1-25-1' }, web: { [REV]: '1-25-1' } };
    const mesh = meshOf(['cart', 'web']);

    const [first, rest] = wavesAmong(stepsOf(mesh, labels, { first: ['Deployment legacy/cart'] }));

    expect(first?.workloads).toMatchObject([{ name: 'cart', revisionLabel: { to: '1-26-1' } }]);
    expect(first).not.toHaveProperty('later');
    expect(rest).not.toHaveProperty('selectorsOf');
  });

  it('part no wave in which all are named', () => {
    const first = ['Deployment a/cart', 'Deployment a/web', 'Deployment b/mail'];

    expect(wavesIn(TAGGED, {}, { first })).toHaveLength(1);
  });

  it('part only their own wave', () => {
    const mesh = meshOf([], {
      namespaces: [...TAGGED.namespaces, namespaceByRevision('c')],
      workloads: [...TAGGED.workloads, workload({ namespace: 'c', name: 'cart' })],
    });

    expect(wavesIn(mesh, {}, CART).map(({ part, namespaces }) => [part, namespaces])).toEqual([
      [undefined, ['c']],
      ['first', ['a', 'b']],
      ['rest', ['a', 'b']],
    ]);
  });
});

it('a plan shows the label of pods that it changes', () => {
  const mesh = meshOf(['billing']);

  const [wave] = wavesAmong(stepsOf(mesh, { billing: { [REV]: '1-25-1' } }));

  expect(wave === undefined ? [] : describeStep(wave).map(({ text }) => text)).toEqual(
    expect.arrayContaining([
      'only pods with a label or a proxy of their own in: legacy',
      'Deployment legacy/billing: pod label istio.io/rev: 1-25-1 → 1-26-1',
    ]),
  );
});
