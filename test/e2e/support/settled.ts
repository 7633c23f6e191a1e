import type { ApiClient } from '../../../rig/kubernetes/client.ts';
import type { Change, ObjectName } from '../scenarios/scenario.ts';
import { eventually } from './eventually.ts';
import { placeOf, renamed } from './object-path.ts';
import { isReady, type LiveObject } from './projection.ts';

/** Waits until controllers have done what follows from these changes. */
export async function untilSettled(
  kubernetes: ApiClient,
  changes: readonly Change[],
): Promise<void> {
  for (const change of changes) {
    const object = objectOf(change);
    if (object === undefined) continue;
    await eventually(
      async () => isSettled(await kubernetes.get<LiveObject>(placeOf(object).path)),
      {
        what: `${object} is settled`,
        withinMs: 60_000,
      },
    );
  }
}

/** The object that is there afterwards. */
function objectOf(change: Change): ObjectName | undefined {
  switch (change.kind) {
    case 'create':
    case 'patch':
    case 'edit':
      return change.object;
    case 'copy':
      return renamed(change.object, change.name);
    case 'remove':
    case 'withdraw':
      return undefined;
  }
}

interface Rolling {
  readonly metadata: { readonly generation?: number };
  readonly spec: { readonly replicas?: number; readonly paused?: boolean };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly hard?: object;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

function isSettled(object: LiveObject): boolean {
  const look = Object.entries(LOOKS).find(([kind]) => kind === object.kind)?.[1];
  // What no controller works on is settled as it is written.
  return look?.(object as LiveObject & Rolling) ?? true;
}

type Look = (object: LiveObject & Rolling) => boolean;

const LOOKS: Readonly<Record<string, Look>> = {
  // Right after a change all its pods are there and ready: those of the template before.
  Deployment: (workload) => isRolledOut(workload) && isWhollyUpdated(workload),
  ReplicaSet: isRolledOut,
  StatefulSet: isRolledOut,
  DaemonSet: (set) => isSeen(set) && set.status?.numberReady === set.status?.desiredNumberScheduled,
  PodDisruptionBudget: isSeen,
  Pod: isReady,
  ResourceQuota: ({ status }) => status?.hard !== undefined,
  CustomResourceDefinition: ({ status }) =>
    status?.conditions?.some((each) => each.type === 'Established' && each.status === 'True') ===
    true,
};

function isSeen({ metadata, status }: Rolling): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
}

function isWhollyUpdated({ spec, status }: Rolling): boolean {
  return spec.paused === true || (status?.updatedReplicas ?? 0) === (spec.replicas ?? 1);
}

/** Of a StatefulSet that replaces no pod by itself `updatedReplicas` never gets there. */
function isRolledOut(workload: Rolling): boolean {
  const { spec, status } = workload;
  const counts = [status?.replicas, status?.readyReplicas];
  return isSeen(workload) && counts.every((count = 0) => count === (spec.replicas ?? 1));
}
