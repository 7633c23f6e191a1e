import type { KubernetesObject } from '../kubernetes-object.ts';

/** What the server gives to each object by itself, and takes from nobody. */
const GIVEN: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);
/** Counted by the Deployment controller, from the first ReplicaSet on. */
const ROLLOUT_ANNOTATION = 'deployment.kubernetes.io/revision';

/** An object as it was before it was deleted, to be made again: without what only the server says. */
export function recreatedObject(prior: KubernetesObject): KubernetesObject {
  const { metadata } = prior;
  const content = Object.entries(prior).filter(([key]) => key !== 'status' && key !== 'metadata');
  const kept = Object.entries(metadata).filter(([key]) => !GIVEN.has(key));
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([key]) => key !== ROLLOUT_ANNOTATION,
  );
  return {
    ...Object.fromEntries(content),
    apiVersion: prior.apiVersion,
    kind: prior.kind,
    metadata: {
      ...(Object.fromEntries(kept) as Omit<KubernetesObject['metadata'], 'uid'>),
      ...(metadata.annotations === undefined
        ? {}
        : { annotations: Object.fromEntries(annotations) }),
    },
  };
}

/** Fields of a Service that the cluster assigns, and that may be somebody else's by now. */
const ASSIGNED: ReadonlySet<string> = new Set(['clusterIP', 'clusterIPs', 'healthCheckNodePort']);

/** A Service that takes whatever address it is given. */
export function withoutAddress(service: KubernetesObject): KubernetesObject {
  const spec = (service['spec'] ?? {}) as Readonly<Record<string, unknown>>;
  const ports = spec['ports'] as readonly Readonly<Record<string, unknown>>[] | undefined;
  return {
    ...service,
    spec: {
      ...Object.fromEntries(Object.entries(spec).filter(([key]) => !ASSIGNED.has(key))),
      ...(ports === undefined ? {} : { ports: ports.map(({ nodePort: _, ...port }) => port) }),
    },
  };
}
