/** A workload whose pods are looked at. */
export interface OwnerRef {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet';
  readonly namespace: string;
  readonly name: string;
}

/**
 * Finds the workload of a pod by the pod's name, which is all that the audit log has of most: a
 * Deployment's is NAME-HASH-RANDOM, a StatefulSet's NAME-NUMBER, a DaemonSet's and that of
 * a ReplicaSet that nothing owns NAME-RANDOM.
 */
export function createOwnerFinder<T extends OwnerRef>(
  workloads: readonly T[],
): (pod: { readonly namespace: string; readonly name: string }) => T | undefined {
  const known = new Map(workloads.map((each) => [keyOf(each), each]));
  return ({ namespace, name }) => {
    for (const [kind, pattern] of NAMES) {
      const owner = pattern.exec(name)?.[1];
      const found =
        owner === undefined ? undefined : known.get(keyOf({ kind, namespace, name: owner }));
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** Kubernetes takes no vowels and none of 0, 1 and 3 for what it makes up. */
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]';
const NAMES: readonly (readonly [OwnerRef['kind'], RegExp])[] = [
  ['Deployment', new RegExp(`^(.+)-${RANDOM}{1,10}-${RANDOM}{5}$`)],
  ['StatefulSet', /^(.+)-\d+$/],
  ['DaemonSet', new RegExp(`^(.+)-${RANDOM}{5}$`)],
  ['ReplicaSet', new RegExp(`^(.+)-${RANDOM}{5}$`)],
];

function keyOf({ kind, namespace, name }: OwnerRef): string {
  return `${kind} ${namespace}/${name}`;
}
