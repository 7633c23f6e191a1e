import { describe, expect, it } from '@jest/globals';
import { digestPlan } from '../../src/activities/plan-digest.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { ObservedMesh } from '../../src/domain/mesh/observed-mesh.ts';
import { buildSteps } from '../../src/domain/planning/build-steps.ts';
import { comparePlans } from '../../src/domain/planning/compare-plans.ts';
import { estimatePlan } from '../../src/domain/planning/estimate-plan.ts';
import { describePlanChange } from '../../src/domain/planning/plan-change.ts';
import type { Planned, PlannedObject, UpgradePlan } from '../../src/domain/planning/plan.ts';
import {
  controlPlane,
  movedIn,
  namespace,
  namespaceByInjection,
  namespaceByRevision,
  namespaceByTag,
  sampleMesh,
  samplePolicy,
  workload,
} from '../support/sample-mesh.ts';
import { without } from '../support/without.ts';

const CLUSTER_ROLE: PlannedObject = {
  ref: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'istio-reader' },
  action: 'update',
  uid: 'uid-reader',
  rendered: 'sha256:render',
  diff: [{ path: 'metadata.labels.version', from: '1.25.1', to: '1.26.1' }],
};
const ISTIOD: PlannedObject = {
  ref: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'istio-system',
    name: 'istiod-1-26-1',
  },
  action: 'create',
  rendered: 'sha256:istiod',
};

interface Material {
  readonly mesh?: ObservedMesh;
  readonly changes?: Partial<UpgradePlan>;
  readonly base?: readonly PlannedObject[];
  readonly policy?: UpgradePlan['policy'];
}

function planOf({
  mesh = sampleMesh(),
  changes = {},
  base = [CLUSTER_ROLE],
  policy = samplePolicy(),
}: Material = {}): UpgradePlan {
  const from = { revision: '1-25-1', version: '1.25.1' };
  const to = { revision: '1-26-1', version: '1.26.1' };
  return {
    apiVersion: 'meshlift.dev/v1alpha1',
    cluster: { name: 'demo', uid: mesh.clusterUid },
    meshNamespace: 'istio-system',
    strategy: 'canary',
    from,
    to,
    steps: buildSteps({
      mesh,
      policy,
      treated: movedIn(mesh),
      gatewayNamespaces: [],
      from,
      to,
      base,
      pilot: [ISTIOD],
      old: [],
    }),
    policy,
    binaries: { '1.25.1': 'a', '1.26.1': 'b' },
    renderDigest: 'sha256:release',
    findings: [],
    ...changes,
  };
}

const asPlanned = (plan: UpgradePlan): Planned => ({
  kind: 'plan',
  plan,
  digest: 'sha256:x',
  estimate: estimatePlan(plan, sampleMesh()),
});

/** What is told of a kept plan of the sample mesh once the mesh, or what is planned of it, is this. */
function told(now: Material): readonly string[] {
  const { mesh = sampleMesh() } = now;
  return comparePlans(planOf(), asPlanned(planOf(now)), mesh).map(describePlanChange);
}

const { namespaces, tags, workloads } = sampleMesh();

describe('a kept plan', () => {
  it('holds while nothing changed', () => {
    expect(told({})).toEqual([]);
  });

  it.each<[string, Partial<ObservedMesh>, readonly string[]]>([
    [
      'a namespace that was relabelled, with both labels',
      {
        namespaces: [
          ...namespaces.slice(0, 2),
          namespaceByTag('orders', 'prod-stable'),
          ...namespaces.slice(3),
        ],
      },
      [
        'Namespace orders labels.istio-injection: enabled → absent',
        'Namespace orders labels.istio.io/rev: absent → prod-stable',
      ],
    ],
    [
      'a namespace of a tag that was relabelled',
      { namespaces: [...namespaces.slice(0, 3), namespaceByRevision('shop')] },
      ['Namespace shop labels.istio.io/rev: prod-stable → 1-25-1'],
    ],
    [
      'a namespace that is another one of the same name',
      { namespaces: [{ ...namespaceByRevision('billing'), uid: 'uid-2' }, ...namespaces.slice(1)] },
      ['Namespace billing uid: uid-billing → uid-2'],
    ],
    [
      'a namespace that went, without each of its workloads',
      {
        namespaces: namespaces.filter(({ name }) => name !== 'billing'),
        workloads: workloads.filter(({ namespace: where }) => where !== 'billing'),
      },
      ['Namespace billing: is no longer there'],
    ],
    [
      'a namespace that came into the mesh',
      { namespaces: [...namespaces, namespaceByInjection('stock')] },
      ['Namespace stock: is new: istio-injection=enabled'],
    ],
    [
      'a workload that went',
      { workloads: workloads.filter(({ name }) => name !== 'cart') },
      ['Deployment shop/cart: is no longer there'],
    ],
    [
      'a workload that came',
      { workloads: [...workloads, workload({ name: 'wishlist' })] },
      ['Deployment shop/wishlist: is new'],
    ],
    [
      'a workload that was made anew',
      { workloads: [...workloads.slice(0, -1), workload({ name: 'web', uid: 'uid-2' })] },
      ['Deployment shop/web uid: uid-shop-web → uid-2'],
    ],
    [
      'a tag that points elsewhere',
      {
        tags: tags.map((tag) => (tag.tag === 'prod-stable' ? { ...tag, revision: '1-24-0' } : tag)),
      },
      ['tag prod-stable revision: 1-25-1 → 1-24-0'],
    ],
    [
      'a tag that went',
      { tags: tags.filter(({ tag }) => tag !== 'canary-idle') },
      ['tag canary-idle: is no longer there'],
    ],
    [
      'a tag that came',
      { tags: [...tags, { tag: 'new', revision: '1-25-1', webhook: 'w' }] },
      ['tag new: is new: points to 1-25-1'],
    ],
    [
      'a validator that sends elsewhere',
      { defaultValidatorRevision: '1-24-0' },
      ['default validator revision: 1-25-1 → 1-24-0'],
    ],
    ['another cluster', { clusterUid: 'uid-2' }, ['cluster demo uid: uid-kube-system → uid-2']],
    [
      'a control plane of another version',
      { controlPlanes: [controlPlane({ version: '1.25.2' })] },
      ['control plane 1-25-1 version: 1.25.1 → 1.25.2'],
    ],
    [
      'the target, installed by somebody else',
      { controlPlanes: [controlPlane(), controlPlane({ revision: '1-26-1' })] },
      ['control plane 1-26-1: is new: version 1.26.1, the target of the plan'],
    ],
  ])('names %s', (_what, changes, expected) => {
    expect(told({ mesh: sampleMesh(changes) })).toEqual(expected);
  });

  it('does not mind a namespace outside of the mesh, or one of another revision', () => {
    const mesh = sampleMesh({
      namespaces: [...namespaces, namespace('quiet'), namespaceByRevision('old', '1-24-0')],
    });

    expect(told({ mesh })).toEqual([]);
  });

  it.each<[string, Partial<PlannedObject>, readonly string[]]>([
    [
      'a field that was edited before its update',
      { diff: [{ path: 'metadata.labels.version', from: 'mine', to: '1.26.1' }] },
      ['ClusterRole istio-reader metadata.labels.version: 1.25.1 → mine'],
    ],
    [
      'a field that somebody brought to the target already',
      { diff: [] },
      ['ClusterRole istio-reader metadata.labels.version: 1.25.1 → 1.26.1'],
    ],
    [
      'a field that was as it should be and is not any more',
      { diff: [...(CLUSTER_ROLE.diff ?? []), { path: 'rules', from: ['x'], to: ['y'] }] },
      ['ClusterRole istio-reader rules: ["y"] → ["x"]'],
    ],
    [
      'an object that is another one of the same name',
      { uid: 'uid-2' },
      ['ClusterRole istio-reader uid: uid-reader → uid-2'],
    ],
    [
      'an object that is rendered differently',
      { rendered: 'sha256:other' },
      ['ClusterRole istio-reader (as it is rendered): sha256:render → sha256:other'],
    ],
    [
      'changes beyond those that are listed',
      { diffLeftOut: { count: 2, digest: 'sha256:d' } },
      [
        'ClusterRole istio-reader (differences beyond the first): absent → {"count":2,"digest":"sha256:d"}',
      ],
    ],
  ])('names %s', (_what, changes, expected) => {
    expect(told({ base: [{ ...CLUSTER_ROLE, ...changes }] })).toEqual(expected);
  });

  it('names an object that is there by now', () => {
    const base = [{ ...CLUSTER_ROLE }];
    const kept = planOf({ base: [without(CLUSTER_ROLE, 'uid')] });

    const changes = comparePlans(kept, asPlanned(planOf({ base })), sampleMesh());

    expect(changes).toEqual([{ kind: 'appeared', subject: 'ClusterRole istio-reader' }]);
  });

  it('names an object that is not rendered any more', () => {
    expect(told({ base: [] })).toEqual(['ClusterRole istio-reader: is no longer there']);
  });

  it('names what changed of the policy and of the installer', () => {
    const policy = samplePolicy({ pruneGraceSeconds: 5 });

    expect(told({ policy, changes: { binaries: { '1.25.1': 'a', '1.26.1': 'c' } } })).toEqual([
      'policy default pruneGraceSeconds: 30 → 5',
      'istioctl sha256 1.26.1: b → c',
    ]);
  });

  const finding: Finding = {
    code: 'WorkloadNotReady',
    severity: 'overridable',
    subject: 'Deployment shop/cart',
    message: 'expected 2 ready pods, found 1',
    remedy: 'wait',
  };

  it('names a finding that is new, and one whose override changed', () => {
    const kept = planOf({ changes: { findings: [{ ...finding, overriddenBecause: 'known' }] } });
    const now = planOf({
      changes: {
        findings: [
          { ...finding, overriddenBecause: 'whatever' },
          { ...finding, subject: 'Deployment shop/web', overriddenBecause: 'known' },
        ],
      },
    });

    expect(comparePlans(kept, asPlanned(now), sampleMesh()).map(describePlanChange)).toEqual([
      'finding WorkloadNotReady Deployment shop/cart overriddenBecause: known → whatever',
      'finding WorkloadNotReady Deployment shop/web: is new: expected 2 ready pods, found 1',
    ]);
  });

  it('does not mind the words of a finding, nor one that only informs', () => {
    const accepted = { ...finding, overriddenBecause: 'known' };
    const kept = planOf({ changes: { findings: [accepted] } });
    const now = planOf({
      changes: {
        findings: [
          { ...accepted, message: 'expected 2 ready pods, found none' },
          { ...finding, severity: 'info', subject: 'Deployment shop/web' },
        ],
      },
    });

    expect(digestPlan(now)).toBe(digestPlan(kept));
    expect(comparePlans(kept, asPlanned(now), sampleMesh())).toEqual([]);
  });

  it('names the change of the mesh and the finding when there is no plan any more', () => {
    const mesh = sampleMesh({
      namespaces: [
        namespace('billing', {
          labels: { 'istio.io/rev': 'typo' },
          selection: { kind: 'nothing', label: 'istio.io/rev=typo' },
        }),
        ...namespaces.slice(1),
      ],
    });
    const now: Planned = {
      kind: 'blocked',
      findings: [{ ...finding, code: 'NamespaceSelectsNothing', subject: 'Namespace billing' }],
    };

    expect(comparePlans(planOf(), now, mesh).map(describePlanChange)).toEqual([
      'Namespace billing labels.istio.io/rev: 1-25-1 → typo',
      'finding NamespaceSelectsNothing Namespace billing: is new: expected 2 ready pods, found 1',
    ]);
  });

  it('says that there is nothing to do when that is all that changed', () => {
    const now: Planned = { kind: 'nothing-to-do', findings: [] };

    expect(comparePlans(planOf(), now, sampleMesh()).map(describePlanChange)).toEqual([
      'plan: plan → nothing-to-do',
    ]);
  });

  it('names whatever else makes it another plan by its place in it', () => {
    expect(told({ changes: { meshNamespace: 'istio-2' } })).toEqual([
      'plan meshNamespace: istio-system → istio-2',
    ]);
  });
});
