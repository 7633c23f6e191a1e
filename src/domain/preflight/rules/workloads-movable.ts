import type { Finding } from '../../finding.ts';
import type { LoosePodDetail, WorkloadDetail } from '../../inventory/workload-detail.ts';
import { RESTARTABLE_KINDS, type ObservedWorkload } from '../../mesh/observed-mesh.ts';
import { selectedRevision } from '../../mesh/select-revision.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { nameSome, nameWorkload } from '../name-objects.ts';
import { remedyFor } from '../restart-remedy.ts';
import { RUNS_TO_ITS_END } from './job-proxies.ts';

/** The old revision can go only when everything that uses it can be moved by a restart. */
export const workloadsMovableRule: Rule = {
  documents: [
    {
      code: 'WorkloadCannotBeMoved',
      severity: 'blocking',
      meaning:
        "a meshed workload would not follow its namespace's label at a restart: its pods choose a revision by a label of their own, its proxy was injected by hand or is pinned to an image, or nothing that meshlift restarts (a Deployment, StatefulSet or DaemonSet) owns the pods.",
      remedy:
        'label the namespace instead of the pods, let the injector choose the proxy, or take the workload out of the mesh.',
    },
  ],
  check: (facts) => [
    ...checkRestartable(facts),
    ...checkOtherKinds(facts),
    ...checkLoosePods(facts),
  ],
};

function stuck(subject: string, found: string, remedy: string): Finding {
  return {
    code: 'WorkloadCannotBeMoved',
    severity: 'blocking',
    subject,
    message: `expected every proxy to follow its namespace's label at a restart; ${found}`,
    remedy,
  };
}

function checkRestartable({ mesh, inventory }: PreflightFacts): readonly Finding[] {
  const details = new Map(inventory.workloads.map((detail) => [nameWorkload(detail), detail]));
  const selecting = new Set(
    mesh.namespaces
      .filter(({ selection }) => selectedRevision(selection) !== undefined)
      .map(({ name }) => name),
  );
  return mesh.workloads.flatMap((workload) => {
    const subject = nameWorkload(workload);
    const detail = details.get(subject);
    const why = whyStuck(workload, detail);
    if (why !== undefined) return [stuck(subject, why, remedyFor(workload, detail))];
    if (selecting.has(workload.namespace)) return [];
    return [
      stuck(
        subject,
        `its namespace ${workload.namespace} selects no revision: its pods are injected by a label of their own`,
        `label the namespace instead: kubectl label namespace ${workload.namespace} istio.io/rev=<tag>`,
      ),
    ];
  });
}

function whyStuck(
  { cannotRestart }: ObservedWorkload,
  detail: WorkloadDetail | undefined,
): string | undefined {
  const { manualProxyImage, pinnedProxyImage, isGateway } = detail ?? {};
  if (isGateway === true && manualProxyImage !== undefined) {
    return `its pod template carries the proxy ${manualProxyImage}: it is a gateway that only the installer upgrades`;
  }
  if (cannotRestart !== undefined) return cannotRestart;
  // What the pod template says may stand in an init container too: there only the inventory looks.
  if (manualProxyImage !== undefined) {
    return `its pod template carries a proxy of its own (${manualProxyImage}): it was injected by hand`;
  }
  return pinnedProxyImage === undefined
    ? undefined
    : `its proxy image is pinned to ${pinnedProxyImage}`;
}

/** Argo Rollouts, ReplicaSets that nobody owns, kinds of which nobody knows how they restart. */
function checkOtherKinds({ inventory }: PreflightFacts): readonly Finding[] {
  return inventory.workloads
    .filter(
      ({ kind, podsWithProxy }) =>
        podsWithProxy > 0 && !isRestartable(kind) && !RUNS_TO_ITS_END.has(kind),
    )
    .map((workload) =>
      stuck(
        nameWorkload(workload),
        `a ${workload.kind} is not of a kind that meshlift restarts (${workload.podsWithProxy} pods with a proxy)`,
        remedyFor(workload, workload),
      ),
    );
}

function isRestartable(kind: string): boolean {
  return RESTARTABLE_KINDS.some((each) => each === kind);
}

/** Pods whose owner has no finding of its own; those of one owner together. */
function checkLoosePods({ inventory }: PreflightFacts): readonly Finding[] {
  const named = inventory.workloads.filter(
    ({ kind, podsWithProxy }) => podsWithProxy > 0 && !isRestartable(kind),
  );
  const stray = inventory.loosePods.filter(
    (pod) => !RUNS_TO_ITS_END.has(pod.ownerKind) && !named.some((owner) => owns(owner, pod)),
  );
  return [...Map.groupBy(stray, ownerOf)].map(([owner, pods]) => {
    const names = nameSome(pods.map(({ name }) => name));
    return stuck(
      owner,
      pods[0]?.ownerKind === ''
        ? 'nobody owns the pod, so nobody would bring it back'
        : `its owner is not one that meshlift restarts (pods ${names})`,
      'delete it, let it finish, or run it without a proxy',
    );
  });
}

function ownerOf({ namespace, name, ownerKind, ownerName }: LoosePodDetail): string {
  return ownerKind === '' || ownerName === ''
    ? `Pod ${namespace}/${name}`
    : `${ownerKind} ${namespace}/${ownerName}`;
}

/** The pods of a Rollout belong to a ReplicaSet that is named for it. */
function owns(owner: WorkloadDetail, pod: LoosePodDetail): boolean {
  if (owner.namespace !== pod.namespace) return false;
  return (
    (owner.kind === pod.ownerKind && owner.name === pod.ownerName) ||
    (pod.ownerKind === 'ReplicaSet' && pod.ownerName.startsWith(`${owner.name}-`))
  );
}
