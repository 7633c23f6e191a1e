import type { KubernetesObject, ObjectMeta } from '../kubernetes-object.ts';

/** What stands between a pod and its workload: ReplicaSets and Jobs, by their metadata. */
export type Link = Pick<KubernetesObject, 'kind' | 'metadata'>;

/** Whoever controls an object. */
export function controllerOf(
  metadata: ObjectMeta,
): NonNullable<ObjectMeta['ownerReferences']>[number] | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** The uid at the end of a chain of controllers: of a pod's ReplicaSet its Deployment or Rollout, of its Job the CronJob. */
export function ownerChain(links: readonly Link[]): (uid: string) => string {
  const above = new Map(
    links.flatMap(({ metadata }) => {
      const controller = controllerOf(metadata);
      return controller === undefined ? [] : [[metadata.uid ?? '', controller.uid] as const];
    }),
  );
  // A ReplicaSet or Job is controlled by what nothing controls further: one step is enough.
  return (uid) => above.get(uid) ?? uid;
}
