import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes-object.ts';
import { UNREADABLE_OWNER, type MeshOwner } from '../../domain/mesh/observed-mesh.ts';
import { OWNER_NAME, RECORD_LABELS, RUN_LABEL } from './record-names.ts';

function ownerRef(meshNamespace: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace: meshNamespace, name: OWNER_NAME };
}

/** Who holds the mesh, if anybody does. A lock that cannot be read is held all the same. */
export async function readOwner(
  kubernetes: KubernetesClient,
  meshNamespace: string,
): Promise<MeshOwner | undefined> {
  try {
    const found = await kubernetes.get(ownerRef(meshNamespace));
    return found === undefined ? undefined : ownerOf(found);
  } catch (error) {
    // Not ours to read, as in a namespace that is not the mesh's own.
    if (error instanceof KubernetesError && error.code === 403) return UNREADABLE;
    throw error;
  }
}

const UNREADABLE: MeshOwner = {
  runId: UNREADABLE_OWNER,
  workflowId: UNREADABLE_OWNER,
  temporalNamespace: UNREADABLE_OWNER,
  since: UNREADABLE_OWNER,
};

function ownerOf(configMap: KubernetesObject): MeshOwner {
  const data = (configMap['data'] ?? {}) as Readonly<Record<string, string | undefined>>;
  return {
    runId: data['runId'] ?? UNREADABLE_OWNER,
    workflowId: data['workflowId'] ?? UNREADABLE_OWNER,
    temporalNamespace: data['temporalNamespace'] ?? UNREADABLE_OWNER,
    since: data['since'] ?? UNREADABLE_OWNER,
    ...(data['takenOverFrom'] === undefined ? {} : { takenOverFrom: data['takenOverFrom'] }),
  };
}

export type Claim =
  { readonly kind: 'claimed' } | { readonly kind: 'held'; readonly owner: MeshOwner };

/**
 * Takes the lock, or answers who has it. Safe to repeat: a run that holds it already keeps it.
 * `takeOver` names the dead run whose lock may be replaced; the replacement records it.
 */
export async function claimMesh(
  kubernetes: KubernetesClient,
  meshNamespace: string,
  owner: MeshOwner,
  takeOver: string | undefined,
): Promise<Claim> {
  const lock: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: OWNER_NAME,
      namespace: meshNamespace,
      labels: { ...RECORD_LABELS, [RUN_LABEL]: owner.runId },
    },
    data: { ...owner, ...(takeOver === undefined ? {} : { takenOverFrom: takeOver }) },
  };
  try {
    await kubernetes.create(lock);
    return { kind: 'claimed' };
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.reason !== 'AlreadyExists') throw error;
  }
  const found = await kubernetes.get(ownerRef(meshNamespace));
  if (found === undefined) return claimMesh(kubernetes, meshNamespace, owner, takeOver);
  const holder = ownerOf(found);
  if (holder.runId === owner.runId) return { kind: 'claimed' };
  if (takeOver === undefined || holder.runId !== takeOver) return { kind: 'held', owner: holder };
  // The resourceVersion makes two takers of the same lock one.
  await kubernetes.replace({
    ...lock,
    metadata: { ...lock.metadata, resourceVersion: found.metadata.resourceVersion ?? '' },
  });
  return { kind: 'claimed' };
}

/** Gives the lock back; a lock that is somebody else's by now is left alone. */
export async function releaseMesh(
  kubernetes: KubernetesClient,
  meshNamespace: string,
  runId: string,
): Promise<void> {
  const found = await kubernetes.get(ownerRef(meshNamespace));
  if (found === undefined || ownerOf(found).runId !== runId) return;
  const { uid, resourceVersion } = found.metadata;
  await kubernetes.delete(ownerRef(meshNamespace), {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  });
}
