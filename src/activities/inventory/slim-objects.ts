import type { KubernetesObject } from '../../domain/kubernetes-object.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object without what says who set which field and without kubectl's copy: about half of its bytes. */
export function slimObject(object: KubernetesObject): KubernetesObject {
  const metadata = without({ ...object.metadata }, 'managedFields');
  const { annotations } = metadata;
  if (annotations === undefined) return { ...object, metadata };
  return {
    ...object,
    metadata: { ...metadata, annotations: without({ ...annotations }, LAST_APPLIED) },
  };
}

/** Takes a member out of an object that nobody else has. */
function without<T extends object>(own: T, member: string): T {
  Reflect.deleteProperty(own, member);
  return own;
}

/** Of a ReplicaSet or Job only what links a pod to its workload. */
export function slimLink({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, ownerReferences } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
    },
  };
}
