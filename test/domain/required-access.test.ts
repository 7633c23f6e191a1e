import { describe, expect, it } from '@jest/globals';
import type { RestartableKind } from '../../src/domain/mesh/observed-mesh.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import type { PlannedObject } from '../../src/domain/planning/plan.ts';
import {
  pluralOf,
  requiredAccess,
  type RequiredAccess,
} from '../../src/domain/planning/required-access.ts';
import type { UpgradeStep } from '../../src/domain/planning/step.ts';
import { waveStep } from '../support/sample-run.ts';

const PLAN = {
  meshNamespace: 'istio-system',
  from: { revision: '1-25-1', version: '1.25.1' },
  to: { revision: '1-26-1', version: '1.26.1' },
};

const BASE = { title: 'a step', undo: { kind: 'none' } } as const;

/** `identity verb resource.group/subresource place name`, as short as it goes. */
function brief(access: RequiredAccess): string {
  const { identity, verb, group, resource, subresource, namespace, name } = access;
  const what = `${resource}${group === '' ? '' : `.${group.split('.')[0] ?? ''}`}`;
  const sub = subresource === undefined ? '' : `/${subresource}`;
  return [identity, verb, `${what}${sub}`, namespace ?? '*', name ?? '*'].join(' ');
}

const ALWAYS = new Set(requiredAccess({ ...PLAN, steps: [] }).map(brief));

/** What a step needs beyond what every plan needs. */
function neededFor(...steps: readonly UpgradeStep[]): readonly string[] {
  return requiredAccess({ ...PLAN, steps })
    .map(brief)
    .filter((each) => !ALWAYS.has(each))
    .toSorted();
}

function object(kind: string, action: PlannedObject['action'], namespace?: string): PlannedObject {
  const apiVersion = kind === 'Deployment' ? 'apps/v1' : 'rbac.authorization.k8s.io/v1';
  return {
    ref: { apiVersion, kind, name: 'x', ...(namespace === undefined ? {} : { namespace }) },
    action,
  };
}

describe('the rights that a plan needs', () => {
  it('are those of looking and of the record, whatever its steps', () => {
    expect([...ALWAYS].toSorted()).toEqual([
      'worker create configmaps istio-system *',
      'worker delete configmaps istio-system *',
      'worker get configmaps istio-system *',
      'worker get namespaces * kube-system',
      'worker get validatingwebhookconfigurations.admissionregistration * istiod-default-validator',
      'worker list configmaps istio-system *',
      'worker list daemonsets.apps * *',
      'worker list deployments.apps * *',
      'worker list horizontalpodautoscalers.autoscaling istio-system *',
      'worker list mutatingwebhookconfigurations.admissionregistration * *',
      'worker list namespaces * *',
      'worker list poddisruptionbudgets.policy istio-system *',
      'worker list pods * *',
      'worker list replicasets.apps * *',
      'worker list services istio-system *',
      'worker list statefulsets.apps * *',
      'worker list validatingwebhookconfigurations.admissionregistration * *',
      'worker update configmaps istio-system *',
    ]);
  });

  it('of an object that is made are those of server-side apply, and of its undo', () => {
    const objects = [object('Deployment', 'create', 'istio-system')];

    expect(
      neededFor({ ...BASE, id: 'i', kind: 'install-control-plane', component: 'Pilot', objects }),
    ).toEqual([
      'installer create deployments.apps istio-system *',
      'installer delete deployments.apps istio-system x',
      'installer get deployments.apps istio-system x',
      'installer patch deployments.apps istio-system x',
    ]);
  });

  it('of an object that is there are without making and deleting it, but with putting it back', () => {
    const objects = [object('ClusterRole', 'update')];

    expect(
      neededFor({ ...BASE, id: 'i', kind: 'install-control-plane', component: 'Pilot', objects }),
    ).toEqual([
      'installer get clusterroles.rbac * x',
      'installer patch clusterroles.rbac * x',
      'installer update clusterroles.rbac * x',
    ]);
  });

  it('of shared objects are without an undo: they are never lowered', () => {
    const objects = [object('ClusterRole', 'create')];

    expect(neededFor({ ...BASE, id: 'c', kind: 'apply-crds', component: 'Base', objects })).toEqual(
      [
        'installer create clusterroles.rbac * *',
        'installer get clusterroles.rbac * x',
        'installer patch clusterroles.rbac * x',
      ],
    );
  });

  it('of a proof are a dry-run pod and the injectors of both revisions', () => {
    expect(
      neededFor({ ...BASE, id: 'v', kind: 'verify-control-plane', revision: '1-26-1' }),
    ).toEqual([
      'worker create pods istio-system *',
      'worker get mutatingwebhookconfigurations.admissionregistration * istio-sidecar-injector-1-25-1',
      'worker get mutatingwebhookconfigurations.admissionregistration * istio-sidecar-injector-1-26-1',
    ]);
  });

  it('of a wave are the labels, the restarts and their undo in its namespaces, each once', () => {
    const treatment = { kind: 'restart' } as const;
    const workload = { kind: 'Deployment', namespace: 'shop', uid: 'u', treatment } as const;
    const move = { namespace: 'shop', uid: 'n', prior: {}, next: {} };

    expect(
      neededFor({
        ...BASE,
        id: 'w',
        kind: 'wave',
        number: 1,
        namespaces: ['shop'],
        tagMoves: [],
        namespaceMoves: [move],
        workloads: [
          { ...workload, name: 'cart' },
          { ...workload, name: 'till' },
        ],
        left: [],
      }),
    ).toEqual([
      'worker create pods/eviction shop *',
      'worker delete pods shop *',
      'worker get deployments.apps shop *',
      'worker get namespaces * shop',
      'worker list daemonsets.apps shop *',
      'worker list deployments.apps shop *',
      'worker list poddisruptionbudgets.policy shop *',
      'worker list pods shop *',
      'worker list replicasets.apps shop *',
      'worker list statefulsets.apps shop *',
      'worker patch deployments.apps shop *',
      'worker patch namespaces * shop',
      'worker watch configmaps istio-system *',
      'worker watch daemonsets.apps shop *',
      'worker watch deployments.apps shop *',
      'worker watch poddisruptionbudgets.policy shop *',
      'worker watch pods shop *',
      'worker watch replicasets.apps shop *',
      'worker watch statefulsets.apps shop *',
    ]);
  });

  it.each([
    [
      'Rollout',
      [
        'worker get rollouts.argoproj shop *',
        'worker list rollouts.argoproj shop *',
        'worker patch rollouts.argoproj shop *',
        'worker watch rollouts.argoproj shop *',
      ],
    ],
    ['ReplicaSet', ['worker get replicasets.apps shop *']],
    ['Pod', ['worker create pods shop *', 'worker get pods shop *']],
  ] as const)('to a %s are needed only by a wave that has one', (kind, expected) => {
    const waveOf = (kinds: readonly RestartableKind[]): readonly string[] =>
      neededFor(
        waveStep(kinds.map((each) => ({ kind: each, namespace: 'shop', name: 'x', uid: 'u' }))),
      );
    const without = new Set(waveOf([]));
    const evicting = ['worker create pods/eviction shop *', 'worker delete pods shop *'];

    const more = waveOf([kind]).filter((right) => !without.has(right));

    expect(more).toEqual([...expected, ...evicting].toSorted());
  });

  it("of a tag and the validator are the installer's, with what istioctl reads to render the tag", () => {
    const webhook = 'istio-revision-tag-default';
    const movement = { from: '1-25-1', to: '1-26-1' };

    expect(
      neededFor({
        ...BASE,
        id: 'd',
        kind: 'move-default',
        tagMoves: [{ tag: 'default', webhook, ...movement }],
        validator: { name: 'istiod-default-validator', ...movement },
      }),
    ).toEqual([
      'installer get configmaps istio-system istio',
      'installer get mutatingwebhookconfigurations.admissionregistration * istio-revision-tag-default',
      'installer get namespaces * istio-system',
      'installer get validatingwebhookconfigurations.admissionregistration * istiod-default-validator',
      'installer list mutatingwebhookconfigurations.admissionregistration * *',
      'installer list services * *',
      'installer patch mutatingwebhookconfigurations.admissionregistration * istio-revision-tag-default',
      'installer patch validatingwebhookconfigurations.admissionregistration * istiod-default-validator',
      'installer watch mutatingwebhookconfigurations.admissionregistration * *',
      'installer watch services * *',
    ]);
  });

  it('of a removal are to delete, by name', () => {
    const objects = [object('Deployment', 'update', 'istio-system')];

    expect(
      neededFor({ ...BASE, id: 'r', kind: 'remove-control-plane', revision: '1-25-1', objects }),
    ).toEqual([
      'installer delete deployments.apps istio-system x',
      'installer get deployments.apps istio-system x',
    ]);
  });
});

describe('the resource of a kind', () => {
  it.each(Object.values(RESOURCE_KINDS).map(({ kind, plural }) => [kind, plural]))(
    '%s is %s',
    (kind, plural) => {
      expect(pluralOf(kind)).toBe(plural);
    },
  );
});
