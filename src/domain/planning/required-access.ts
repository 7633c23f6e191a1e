import { assertNever } from '../assert-never.ts';
import type { ServiceIdentity } from '../in-place/service-identity.ts';
import { namespaceScopes } from '../restart/namespace-scopes.ts';
import type { ObjectRef } from '../kubernetes-object.ts';
import { apiVersionOf, type RestartableKind } from '../mesh/observed-mesh.ts';
import { DEFAULT_VALIDATOR } from '../mesh/istio-labels.ts';
import type { PlannedObject, UpgradePlan } from './plan.ts';
import type { NamespaceMove, StepOf, TagMove, UpgradeStep } from './step.ts';

export type AccessIdentity = 'worker' | 'installer';
export type AccessVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** One right that a plan needs, as RBAC has it. */
export interface RequiredAccess {
  readonly identity: AccessIdentity;
  readonly verb: AccessVerb;
  /** Empty for the core group. */
  readonly group: string;
  /** The plural. */
  readonly resource: string;
  readonly subresource?: string;
  /** Absent: in every namespace, or of a resource that is in none. */
  readonly namespace?: string;
  /** Absent: whatever its name. */
  readonly name?: string;
}

type AccessPlan = Pick<UpgradePlan, 'meshNamespace' | 'from' | 'to' | 'steps'>;

const ADMISSION = 'admissionregistration.k8s.io';
const MUTATING = { group: ADMISSION, resource: 'mutatingwebhookconfigurations' };
const VALIDATING = { group: ADMISSION, resource: 'validatingwebhookconfigurations' };
const WORKLOADS = ['deployments', 'statefulsets', 'daemonsets'];

/**
 * Exactly the rights that the steps of a plan will use, their undo and the run's record included, each
 * once. It follows what `activities/` asks of the API server, and is held against the audit log of a
 * whole upgrade (test/e2e/upgrade.test.ts). What planning itself reads has shown by then that it may.
 */
export function requiredAccess(plan: AccessPlan): readonly RequiredAccess[] {
  const all = [...forEveryRun(plan), ...plan.steps.flatMap((step) => forStep(step, plan))];
  return [...new Map(all.map((each) => [keyOf(each), each])).values()];
}

/** The mesh is looked at when it is claimed, before the removal and at the end; the record is kept all along. */
function forEveryRun({ meshNamespace: namespace }: AccessPlan): readonly RequiredAccess[] {
  const core = { identity: 'worker', group: '' } as const;
  const record = (['get', 'list', 'create', 'update', 'delete'] as const).map((verb) => ({
    ...core,
    verb,
    resource: 'configmaps',
    namespace,
  }));
  return [
    { ...core, verb: 'get', resource: 'namespaces', name: 'kube-system' },
    ...lists('', ['namespaces', 'pods']),
    ...lists('apps', [...WORKLOADS, 'replicasets']),
    ...lists(ADMISSION, [MUTATING.resource, VALIDATING.resource]),
    { identity: 'worker', verb: 'get', ...VALIDATING, name: DEFAULT_VALIDATOR },
    ...lists('', ['services'], namespace),
    ...lists('autoscaling', ['horizontalpodautoscalers'], namespace),
    ...lists('policy', ['poddisruptionbudgets'], namespace),
    ...record,
  ];
}

function forStep(step: UpgradeStep, plan: AccessPlan): readonly RequiredAccess[] {
  switch (step.kind) {
    case 'apply-crds':
      return step.objects.flatMap(applied);
    case 'install-control-plane':
      return step.objects.flatMap((each) => [...applied(each), ...restored(each)]);
    case 'verify-control-plane':
      return [probe(plan), ...ownInjectors(plan), ...compared(step.services ?? [])];
    case 'soak':
      return [probe(plan)];
    case 'wave':
      return [
        ...pointed(step.tagMoves, plan),
        ...relabelled(step.namespaceMoves),
        ...restarted(step),
        freezesFollowed(plan),
      ];
    case 'move-default':
      return [...pointed(step.tagMoves, plan), ...redirected(step)];
    case 'restore-labels':
      return relabelled(step.namespaceMoves);
    case 'remove-control-plane':
      return step.objects.flatMap(({ ref }) => [
        onObject('installer', 'get', ref),
        onObject('installer', 'delete', ref),
      ]);
    case 'restore-control-plane':
      return [...step.objects.flatMap(applied), probe(plan), ...ownInjectors(plan)];
    case 'snapshot':
    case 'gate':
    case 'census':
    case 'verify-mesh':
    case 'undo-step':
    case 'prove-restored':
      // The rights of an undo are those of the recorded step, whose plan is asked for them.
      return [];
    default:
      return assertNever(step);
  }
}

/** Server-side apply is a patch; where it makes the object, the API server asks for `create` as well. */
function applied({ ref, action }: PlannedObject): readonly RequiredAccess[] {
  return [
    onObject('installer', 'get', ref),
    onObject('installer', 'patch', ref),
    ...(action === 'create' ? [onObject('installer', 'create', ref)] : []),
  ];
}

/** The undo deletes what was made and puts back whole what was there. */
function restored({ ref, action }: PlannedObject): readonly RequiredAccess[] {
  return [onObject('installer', action === 'create' ? 'delete' : 'update', ref)];
}

/** The dry run of a pod, by which a revision shows that it injects. */
function probe({ meshNamespace: namespace }: AccessPlan): RequiredAccess {
  return { identity: 'worker', verb: 'create', group: '', resource: 'pods', namespace };
}

/** Their root certificates are compared. */
function ownInjectors({ from, to, meshNamespace }: AccessPlan): readonly RequiredAccess[] {
  const suffix = meshNamespace === 'istio-system' ? '' : `-${meshNamespace}`;
  return [from, to].map(({ revision }) => ({
    identity: 'worker',
    verb: 'get',
    ...MUTATING,
    name: `istio-sidecar-injector${revision === 'default' ? '' : `-${revision}`}${suffix}`,
  }));
}

/** What their Services are is compared. */
function compared(services: readonly ServiceIdentity[]): readonly RequiredAccess[] {
  const namespaces = [...new Set(services.map(({ namespace }) => namespace))];
  return namespaces.flatMap((namespace) => lists('', ['services'], namespace));
}

function pointed(moves: readonly TagMove[], plan: AccessPlan): readonly RequiredAccess[] {
  if (moves.length === 0) return [];
  const webhooks = moves.flatMap(({ webhook }) => readAndPatch('installer', MUTATING, webhook));
  return [...webhooks, ...renderedTag(plan)];
}

/** What `istioctl tag generate` reads, with its informers, to find webhooks in conflict (1.26.1, seen). */
function renderedTag({ meshNamespace }: AccessPlan): readonly RequiredAccess[] {
  const core = { identity: 'installer', group: '' } as const;
  return [
    ...(['list', 'watch'] as const).flatMap((verb): readonly RequiredAccess[] => [
      { ...core, verb, resource: 'services' },
      { ...core, verb, ...MUTATING },
    ]),
    { ...core, verb: 'get', resource: 'namespaces', name: meshNamespace },
    { ...core, verb: 'get', resource: 'configmaps', namespace: meshNamespace, name: 'istio' },
  ];
}

function relabelled(moves: readonly NamespaceMove[]): readonly RequiredAccess[] {
  const namespaces = { group: '', resource: 'namespaces' };
  return moves.flatMap(({ namespace }) => readAndPatch('worker', namespaces, namespace));
}

function redirected({ validator }: StepOf<'move-default'>): readonly RequiredAccess[] {
  return validator === undefined ? [] : readAndPatch('installer', VALIDATING, validator.name);
}

function readAndPatch(
  identity: AccessIdentity,
  resource: Pick<RequiredAccess, 'group' | 'resource'>,
  name: string,
): readonly RequiredAccess[] {
  return (['get', 'patch'] as const).map((verb) => ({ identity, verb, ...resource, name }));
}

/** They are listed with the run's record. */
function freezesFollowed({ meshNamespace: namespace }: AccessPlan): RequiredAccess {
  return { identity: 'worker', verb: 'watch', group: '', resource: 'configmaps', namespace };
}

/** A wave's undo also removes pods that its restarts do not replace: ready ones by eviction. */
function restarted({ namespaces, workloads }: StepOf<'wave'>): readonly RequiredAccess[] {
  const identity = 'worker' as const;
  const moved = workloads.flatMap(({ kind, namespace }): readonly RequiredAccess[] => {
    const workload = { identity, group: groupOf(kind), resource: pluralOf(kind), namespace };
    const pod = { identity, group: '', resource: 'pods', namespace };
    return [
      { ...workload, verb: 'get' },
      ...writtenTo(kind).map((verb) => ({ ...workload, verb })),
      { ...pod, verb: 'delete' },
      { ...pod, verb: 'create', subresource: 'eviction' },
    ];
  });
  return [...watched(namespaces, workloads), ...moved];
}

/** A ReplicaSet stays as it is, its pods are evicted; a pod of nobody is made again. */
function writtenTo(kind: RestartableKind): readonly AccessVerb[] {
  if (kind === 'ReplicaSet') return [];
  return kind === 'Pod' ? ['create'] : ['patch'];
}

function groupOf(kind: RestartableKind): string {
  const [group = '', version] = apiVersionOf(kind).split('/');
  return version === undefined ? '' : group;
}

/** While its pods are replaced, everything that bears on them is looked at all along. */
function watched(
  namespaces: readonly string[],
  workloads: StepOf<'wave'>['workloads'],
): readonly RequiredAccess[] {
  const hasRollouts = workloads.some(({ kind }) => kind === 'Rollout');
  return namespaceScopes(namespaces).flatMap((scope) => {
    const resources = [
      { group: '', resource: 'pods' },
      ...[...WORKLOADS, 'replicasets'].map((resource) => ({ group: 'apps', resource })),
      ...(hasRollouts ? [{ group: groupOf('Rollout'), resource: 'rollouts' }] : []),
      { group: 'policy', resource: 'poddisruptionbudgets' },
    ];
    return resources.flatMap((resource) =>
      (['list', 'watch'] as const).map((verb) => ({
        identity: 'worker' as const,
        verb,
        ...resource,
        ...scope,
      })),
    );
  });
}

function lists(
  group: string,
  resources: readonly string[],
  namespace?: string,
): readonly RequiredAccess[] {
  return resources.map((resource) => ({
    identity: 'worker',
    verb: 'list',
    group,
    resource,
    ...(namespace === undefined ? {} : { namespace }),
  }));
}

/** RBAC cannot limit `create` to a name: the object has none yet when it is asked. */
function onObject(identity: AccessIdentity, verb: AccessVerb, ref: ObjectRef): RequiredAccess {
  const { apiVersion, kind, namespace, name } = ref;
  return {
    identity,
    verb,
    group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '',
    resource: pluralOf(kind),
    ...(namespace === undefined ? {} : { namespace }),
    ...(verb === 'create' ? {} : { name }),
  };
}

/** The resource of a kind: the same rule that Kubernetes guesses by, enough for every kind of ours. */
export function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith('y')) return `${singular.slice(0, -1)}ies`;
  return singular.endsWith('s') ? `${singular}es` : `${singular}s`;
}

function keyOf(access: RequiredAccess): string {
  const { identity, verb, group, resource, subresource, namespace, name } = access;
  return JSON.stringify([identity, verb, group, resource, subresource, namespace, name]);
}
