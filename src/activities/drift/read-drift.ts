import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { ObjectDrift } from '../../domain/drift/drift.ts';
import { appliedLabels } from '../../domain/drift/applied-labels.ts';
import { findDrift } from '../../domain/drift/find-drift.ts';
import { formatRef, refOf, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import { inParallel } from '../inventory/read-known.ts';
import { applyForced } from '../release/apply-object.ts';
import type { ComparedObject } from '../release/compare-release.ts';

/**
 * The direct edits of the objects that a release applies, by dry runs alone. `old` is the running
 * version's render of the configuration that was read back from the cluster.
 */
export async function readDrift(
  access: ClusterAccess,
  compared: readonly ComparedObject[],
  old: readonly KubernetesObject[],
): Promise<readonly ObjectDrift[]> {
  const renders = new Map(old.map((object) => [formatRef(refOf(object)), object]));
  const found = await inParallel(compared, (each) =>
    driftOf(access, each, renders.get(formatRef(each.planned.ref))),
  );
  return found.filter((each) => each !== undefined);
}

async function driftOf(
  access: ClusterAccess,
  { planned, live, next, conflicts }: ComparedObject,
  oldRender: KubernetesObject | undefined,
): Promise<ObjectDrift | undefined> {
  const { ref } = planned;
  if (live === undefined) {
    // The running version has it, so somebody took it away; the target brings it back.
    return oldRender === undefined
      ? undefined
      : { ref, drifts: [{ ref, field: '', kind: 'removed', outcome: 'reset' }], needsForce: false };
  }
  // What the server refuses altogether is a finding of its own.
  if (next === undefined) return undefined;
  const old = oldRender === undefined ? undefined : await asBefore(access, oldRender, live);
  return findDrift({
    live,
    next,
    conflicts,
    ...(oldRender === undefined ? {} : { oldRender }),
    ...(old === undefined ? {} : { old }),
  });
}

/**
 * What the running version's installer would make of the object; unknown where another version or
 * revision applied it since, such as CRDs that an earlier run has brought further: they stay so.
 */
async function asBefore(
  access: ClusterAccess,
  oldRender: KubernetesObject,
  live: KubernetesObject,
): Promise<KubernetesObject | undefined> {
  const labels = Object.entries(appliedLabels(live));
  if (labels.some(([key, value]) => oldRender.metadata.labels?.[key] !== value)) return undefined;
  try {
    return await applyForced(access, { object: oldRender, live }, true);
  } catch (error) {
    if (error instanceof KubernetesError && error.code === 422) return undefined;
    throw error;
  }
}
