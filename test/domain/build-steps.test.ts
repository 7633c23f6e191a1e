import { describe, expect, it } from '@jest/globals';
import { buildSteps } from '../../src/domain/planning/build-steps.ts';
import type { PlanMaterial } from '../../src/domain/planning/plan-material.ts';
import { orderDeletions } from '../../src/domain/planning/order-deletions.ts';
import { outlinePlan } from '../../src/domain/planning/outline-plan.ts';
import type { PlannedObject, UpgradePlan } from '../../src/domain/planning/plan.ts';
import { golden } from '../support/golden.ts';
import { movedIn, namespaceByTag, sampleMesh, samplePolicy } from '../support/sample-mesh.ts';
import { without } from '../support/without.ts';

function planned(kind: string, name: string, action: PlannedObject['action']): PlannedObject {
  const ref = { apiVersion: 'v1', kind, namespace: 'istio-system', name };
  return action === 'create' ? { ref, action } : { ref, action, uid: `uid-${name}` };
}

function material(changes: Partial<PlanMaterial> = {}): PlanMaterial {
  return {
    mesh: sampleMesh(),
    policy: samplePolicy(),
    treated: movedIn(changes.mesh ?? sampleMesh()),
    gatewayNamespaces: [],
    from: { revision: '1-25-1', version: '1.25.1' },
    to: { revision: '1-26-1', version: '1.26.1' },
    base: [planned('CustomResourceDefinition', 'virtualservices.networking.istio.io', 'update')],
    pilot: [
      planned('ConfigMap', 'istio-1-26-1', 'create'),
      planned('Deployment', 'istiod-1-26-1', 'create'),
    ],
    old: [
      planned('ServiceAccount', 'istiod-1-25-1', 'update'),
      planned('Deployment', 'istiod-1-25-1', 'update'),
      planned('MutatingWebhookConfiguration', 'istio-sidecar-injector-1-25-1', 'update'),
    ],
    ...changes,
  };
}

describe('the steps of a canary upgrade', () => {
  it('of the sample mesh are these', () => {
    const steps = buildSteps(material());

    expect(steps).toEqual(golden('sample-mesh-steps', steps));
  });

  it('come in the order of its life, and each knows its undo', () => {
    const steps = buildSteps(material());

    expect(steps.map(({ id, kind, undo }) => `${id} (${kind}): ${undo.kind}`)).toEqual([
      'snapshot (snapshot): none',
      'crds (apply-crds): keep',
      'control-plane (install-control-plane): restore-prior',
      'verify-control-plane (verify-control-plane): none',
      'soak-control-plane (soak): none',
      'wave-1 (wave): undo-wave',
      'soak-wave-1 (soak): none',
      'wave-2 (wave): undo-wave',
      'soak-wave-2 (soak): none',
      'wave-3 (wave): undo-wave',
      'soak-wave-3 (soak): none',
      'soak-mesh (soak): none',
      'gate-complete (gate): none',
      'default (move-default): restore-prior',
      'owner-labels (restore-labels): restore-prior',
      'census (census): none',
      'remove-control-plane (remove-control-plane): point-of-no-return',
      'verify-mesh (verify-mesh): none',
    ]);
  });

  it('have ids that are unique and fit into names of ConfigMaps', () => {
    const ids = buildSteps(material()).map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
  });

  it('always ask before anything is removed, and never remove before the census', () => {
    const kinds = buildSteps(material({ mesh: sampleMesh({ namespaces: [], workloads: [] }) })).map(
      ({ kind }) => kind,
    );

    expect(kinds.indexOf('gate')).toBeLessThan(kinds.indexOf('move-default'));
    expect(kinds.indexOf('move-default')).toBeLessThan(kinds.indexOf('census'));
    expect(kinds.indexOf('census')).toBeLessThan(kinds.indexOf('remove-control-plane'));
  });

  it('move the default validator together with the default tag', () => {
    const step = buildSteps(material()).find(({ kind }) => kind === 'move-default');

    expect(step).toMatchObject({
      tagMoves: [{ tag: 'canary-idle' }, { tag: 'default' }],
      validator: { name: 'istiod-default-validator', from: '1-25-1', to: '1-26-1' },
    });
  });

  it('leave a validator of another revision alone', () => {
    const mesh = sampleMesh({ defaultValidatorRevision: '1-24-0' });

    const step = buildSteps(material({ mesh })).find(({ kind }) => kind === 'move-default');

    expect(step).toMatchObject({ kind: 'move-default' });
    expect(step).not.toHaveProperty('validator');
  });

  it('have no move of the default where there is none, and no labels where none changed', () => {
    const rest = without(
      sampleMesh({
        tags: [{ tag: 'prod-stable', revision: '1-25-1', webhook: 'w' }],
        namespaces: [namespaceByTag('shop', 'prod-stable')],
      }),
      'defaultValidatorRevision',
    );

    const kinds = buildSteps(material({ mesh: rest })).map(({ kind }) => kind);

    expect(kinds).toContain('wave');
    expect(kinds).not.toContain('move-default');
    expect(kinds).not.toContain('restore-labels');
  });

  it('remove webhooks first and what istiod runs as last', () => {
    const kinds = [
      'ServiceAccount',
      'SomethingNew',
      'ClusterRole',
      'ConfigMap',
      'Service',
      'Deployment',
      'PodDisruptionBudget',
      'ValidatingWebhookConfiguration',
      'MutatingWebhookConfiguration',
    ];

    const ordered = orderDeletions(kinds.map((kind) => planned(kind, 'x', 'update')));

    expect(ordered.map(({ ref }) => ref.kind)).toEqual([
      'MutatingWebhookConfiguration',
      'ValidatingWebhookConfiguration',
      'PodDisruptionBudget',
      'Deployment',
      'Service',
      'ConfigMap',
      'ClusterRole',
      'ServiceAccount',
      'SomethingNew',
    ]);
  });
});

describe('the outline of a plan', () => {
  const plan: UpgradePlan = {
    apiVersion: 'meshlift.dev/v1alpha1',
    cluster: { name: 'demo', uid: 'uid-kube-system' },
    meshNamespace: 'istio-system',
    strategy: 'canary',
    from: { revision: '1-25-1', version: '1.25.1' },
    to: { revision: '1-26-1', version: '1.26.1' },
    reason: 'CVE-2026-1',
    steps: buildSteps(material()),
    policy: samplePolicy(),
    binaries: { '1.26.1': 'a'.repeat(64) },
    renderDigest: 'sha256:x',
    findings: [],
  };

  it('is what a history carries: counts instead of lists', () => {
    const outline = outlinePlan(plan, 'sha256:plan');

    expect(outline).toEqual(golden('sample-mesh-outline', outline));
  });

  it('counts what each step writes, and names where and how long', () => {
    const { steps } = outlinePlan(plan, 'sha256:plan');

    const told = steps.map(({ id, objects, workloads, seconds }) => [
      id,
      objects,
      workloads,
      seconds,
    ]);
    expect(told).toEqual([
      ['snapshot', 0, undefined, undefined],
      ['crds', 1, undefined, undefined],
      ['control-plane', 2, undefined, undefined],
      ['verify-control-plane', 0, undefined, undefined],
      ['soak-control-plane', 0, undefined, 300],
      ['wave-1', 2, 1, undefined],
      ['soak-wave-1', 0, undefined, 600],
      ['wave-2', 3, 2, undefined],
      ['soak-wave-2', 0, undefined, 600],
      ['wave-3', 4, 3, undefined],
      ['soak-wave-3', 0, undefined, 600],
      ['soak-mesh', 0, undefined, 1800],
      ['gate-complete', 0, undefined, 3600],
      ['default', 3, undefined, undefined],
      ['owner-labels', 1, undefined, undefined],
      ['census', 0, undefined, 30],
      ['remove-control-plane', 3, undefined, undefined],
      ['verify-mesh', 0, undefined, undefined],
    ]);
  });
});
