import type { MeshInventory } from '../inventory/inventory.ts';
import type { LoosePodDetail, WorkloadDetail } from '../inventory/workload-detail.ts';
import { compareText } from '../kubernetes-object.ts';
import {
  RESTARTABLE_KINDS,
  type ObservedWorkload,
  type RestartableKind,
  type WorkloadRef,
} from '../mesh/observed-mesh.ts';
import { selectedRevision } from '../mesh/select-revision.ts';
import type { Policy } from '../policy.ts';
import type { InjectTreatment } from './manual/inject-treatment.ts';

/** How one workload gets its new proxy; chosen with the plan, bound by its digest, shown to people. */
export type Treatment =
  /** By a mark on its pod template, or pod by pod where that would not do (`chooseMethod`, live). */
  | { readonly kind: 'restart' }
  /** Pod by pod, through the eviction API. */
  | { readonly kind: 'evict'; readonly because: string }
  /** An Argo Rollout: by `spec.restartAt`, on which its controller evicts the pods. */
  | { readonly kind: 'restart-at' }
  /** A pod that nobody would bring back: its manifest is kept, it is evicted, and made again from it. */
  | { readonly kind: 'recreate' }
  | InjectTreatment;

/** A workload that a wave moves, and how. */
export type PlannedWorkload = WorkloadRef & { readonly treatment: Treatment };

/** What a wave does not move, and why. */
export interface LeftWorkload {
  /** Any kind, also one that meshlift does not know. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly because: string;
}

/** What becomes of everything that has, or would get, a proxy; by place. */
export interface TreatedWorkloads {
  readonly moved: readonly (ObservedWorkload & PlannedWorkload)[];
  readonly left: readonly LeftWorkload[];
}

/** What becomes of one workload. */
export type Decision =
  | { readonly kind: 'move'; readonly treatment: Treatment }
  | { readonly kind: 'leave'; readonly because: string };

/** Kinds whose pods end by themselves; the next ones get the new proxy. */
export const RUNS_TO_ITS_END: ReadonlySet<string> = new Set(['Job', 'CronJob']);

const ENDS_BY_ITSELF = 'what runs now keeps its proxy until it ends; the next run gets the new one';

type TreatmentPolicy = Pick<Policy['restart'], 'recreateBarePods'>;

/** How a workload of a kind moves when nothing else is known of it. */
export function treatmentOfKind(kind: RestartableKind): Treatment {
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
      return { kind: 'restart' };
    case 'ReplicaSet':
      return { kind: 'evict', because: 'nothing controls it, so no template replaces its pods' };
    case 'Rollout':
      return { kind: 'restart-at' };
    case 'Pod':
      return { kind: 'recreate' };
  }
}

/** What becomes of one workload of the inventory. */
export function treatmentOf(workload: WorkloadDetail): Decision {
  const { kind, podsWithProxy, prediction } = workload;
  const isOut = prediction.kind === 'none' && !isInjectedByHand(workload);
  if (isOut && podsWithProxy === 0) return leave(`it is not in the mesh: ${prediction.why}`);
  if (RUNS_TO_ITS_END.has(kind)) return leave(ENDS_BY_ITSELF);
  const known = RESTARTABLE_KINDS.find((each) => each === kind);
  if (known === undefined) return leave(unknownOwner(kind));
  const moved = movedByAnother(workload);
  if (moved !== undefined) return leave(moved);
  if (isOut) return leave(`its next pods would get no proxy: ${prediction.why}`);
  return { kind: 'move', treatment: treatmentOfKind(known) };
}

/** What becomes of pods that no workload of the inventory has. */
export function treatmentOfPod(pod: LoosePodDetail, policy: TreatmentPolicy): Decision {
  const { ownerKind, recreation } = pod;
  if (RUNS_TO_ITS_END.has(ownerKind)) return leave(ENDS_BY_ITSELF);
  if (ownerKind !== '') return leave(unknownOwner(ownerKind));
  if (recreation === undefined) return leave(NOT_OPTED_IN);
  const isWanted = recreation.wanted ?? policy.recreateBarePods ?? false;
  if (!isWanted) return leave(NOT_OPTED_IN);
  return recreation.cannot === undefined
    ? { kind: 'move', treatment: { kind: 'recreate' } }
    : leave(`it cannot be made again: ${recreation.cannot}`);
}

const NOT_OPTED_IN =
  'nobody would bring it back, and nobody has said that meshlift may (annotation meshlift.dev/recreate: "true", or restart.recreateBarePods of the policy)';

function unknownOwner(kind: string): string {
  return `a ${kind} makes its pods, and how that replaces them meshlift does not know`;
}

/** A Deployment that lends its template, or a copy that only runs while it is analysed. */
function movedByAnother({
  deliveryRole,
  progressiveDelivery = '',
}: WorkloadDetail): string | undefined {
  switch (deliveryRole) {
    case 'template':
      return `it lends its template to ${progressiveDelivery}, which moves`;
    case 'target':
      return `${progressiveDelivery} watches its template; its copy that serves moves`;
    case 'rollout':
    case 'primary':
    case undefined:
      return undefined;
  }
}

/** Its pod template has a proxy in it. */
export function isInjectedByHand({ manualProxyImage }: WorkloadDetail): boolean {
  return manualProxyImage !== undefined;
}

function leave(because: string): Decision {
  return { kind: 'leave', because };
}

/**
 * What becomes of everything in the inventory. Pods of one owner are one entry. `injections` are what
 * was injected by hand and will be so again, by uid.
 */
export function treatWorkloads(
  { mesh, workloads, loosePods }: Pick<MeshInventory, 'mesh' | 'workloads' | 'loosePods'>,
  policy: TreatmentPolicy,
  injections: ReadonlyMap<string, InjectTreatment> = new Map(),
): TreatedWorkloads {
  const decisions = new Map(workloads.map((each) => [each.uid, treatmentOf(each)]));
  const moved = mesh.workloads.flatMap(
    (workload): readonly (ObservedWorkload & PlannedWorkload)[] => {
      const decision = decisions.get(workload.uid) ?? treatmentUnread(workload);
      if (decision?.kind !== 'move') return [];
      const treatment = injections.get(workload.uid) ?? decision.treatment;
      return [{ ...workload, treatment }];
    },
  );
  const left = workloads.flatMap((workload) => leftBy(workload, decisions.get(workload.uid)));
  const pods = decidePods({ mesh, workloads, loosePods }, policy);
  const owners = new Map(
    pods
      .flatMap(({ pod, decision }) => leftBy(ownerOf(pod), decision))
      .map((each) => [`${each.kind} ${each.namespace}/${each.name}`, each]),
  );
  return {
    moved: [
      ...moved,
      ...pods.flatMap(({ pod, decision }) =>
        decision.kind === 'move' ? [{ ...observed(pod), treatment: decision.treatment }] : [],
      ),
    ].toSorted(byPlace),
    left: [...left, ...owners.values()].toSorted(byPlace),
  };
}

interface DecidedPod {
  readonly pod: LoosePodDetail;
  readonly decision: Decision;
}

function decidePods(
  { mesh, workloads, loosePods }: Pick<MeshInventory, 'mesh' | 'workloads' | 'loosePods'>,
  policy: TreatmentPolicy,
): readonly DecidedPod[] {
  const selecting = new Set(
    mesh.namespaces
      .filter(({ selection }) => selectedRevision(selection) !== undefined)
      .map(({ name }) => name),
  );
  return loosePods
    .filter((pod) => !workloads.some((workload) => runs(workload, pod)))
    .map((pod): DecidedPod => {
      const decision = treatmentOfPod(pod, policy);
      const follows = decision.kind === 'leave' || selecting.has(pod.namespace);
      return { pod, decision: follows ? decision : leave(NO_SELECTOR) };
    });
}

const NO_SELECTOR = 'its namespace selects no revision, and no wave moves pods one by one';

/** Pods that stay on their revision until somebody else replaces them; those of one owner together. */
export interface LeftPods extends LeftWorkload {
  readonly pods: readonly string[];
  readonly revisions: readonly string[];
  /** It would be moved if somebody said so. */
  readonly mayBeAsked: boolean;
}

/** What is left and does not end by itself, by place. */
export function leftPods(
  inventory: Pick<MeshInventory, 'mesh' | 'workloads' | 'loosePods'>,
  policy: TreatmentPolicy,
): readonly LeftPods[] {
  const left = decidePods(inventory, policy).filter(
    ({ pod, decision }) => decision.kind === 'leave' && !RUNS_TO_ITS_END.has(pod.ownerKind),
  );
  const byOwner = Map.groupBy(left, ({ pod }) => JSON.stringify(ownerOf(pod)));
  return [...byOwner.values()]
    .flatMap((each): readonly LeftPods[] => {
      const [first] = each;
      if (first?.decision.kind !== 'leave') return [];
      const { pod, decision } = first;
      const revisions = new Set(each.map(({ pod: { revision } }) => revision));
      return [
        {
          ...ownerOf(pod),
          because: decision.because,
          pods: each.map(({ pod: { name } }) => name),
          revisions: [...revisions],
          mayBeAsked: decision.because === NOT_OPTED_IN && pod.recreation?.cannot === undefined,
        },
      ];
    })
    .toSorted(byPlace);
}

/** One of which the inventory says nothing says nothing about injection: it moves when it has a proxy. */
function treatmentUnread({ kind, podsByRevision }: ObservedWorkload): Decision | undefined {
  const hasProxy = Object.keys(podsByRevision).some((revision) => revision !== 'none');
  return hasProxy ? { kind: 'move', treatment: treatmentOfKind(kind) } : undefined;
}

function leftBy(
  { kind, namespace, name }: Omit<LeftWorkload, 'because'>,
  decision: Decision | undefined,
): readonly LeftWorkload[] {
  return decision?.kind === 'leave' ? [{ kind, namespace, name, because: decision.because }] : [];
}

/** A Job is listed as itself; one that a CronJob made carries its name. */
function runs({ kind, namespace, name }: WorkloadDetail, pod: LoosePodDetail): boolean {
  if (pod.ownerKind !== 'Job' || pod.namespace !== namespace) return false;
  return (
    (kind === 'Job' && name === pod.ownerName) ||
    (kind === 'CronJob' && pod.ownerName.startsWith(`${name}-`))
  );
}

function observed({ namespace, name, uid, revision, ready }: LoosePodDetail): ObservedWorkload {
  return {
    kind: 'Pod',
    namespace,
    name,
    uid,
    desiredPods: 1,
    readyPods: ready ? 1 : 0,
    podsByRevision: { [revision]: 1 },
  };
}

/** Whoever makes a pod, or the pod itself. */
export function ownerOf({
  namespace,
  name,
  ownerKind,
  ownerName,
}: LoosePodDetail): Omit<LeftWorkload, 'because'> {
  return ownerKind === '' || ownerName === ''
    ? { kind: 'Pod', namespace, name }
    : { kind: ownerKind, namespace, name: ownerName };
}

function byPlace(a: Omit<LeftWorkload, 'because'>, b: Omit<LeftWorkload, 'because'>): number {
  return (
    compareText(a.namespace, b.namespace) ||
    compareText(a.kind, b.kind) ||
    compareText(a.name, b.name)
  );
}
