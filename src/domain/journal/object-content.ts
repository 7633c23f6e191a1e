import canonicalize from 'canonicalize';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { webhooksOf } from '../mesh/webhook-shapes.ts';

/** What the server and controllers keep about an object by themselves. */
const BOOKKEEPING: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'uid',
]);
/** Counted up by the Deployment controller with every new ReplicaSet. */
const ROLLOUT_ANNOTATION = 'deployment.kubernetes.io/revision';

/**
 * What a person or an installer decided about an object: without the server's bookkeeping, its
 * status, and the two fields of webhooks that istiod keeps by itself (istio-facts section 2).
 */
export function contentOf(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const { metadata, ...rest } = object;
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([key]) => key !== ROLLOUT_ANNOTATION,
  );
  return {
    ...rest,
    status: undefined,
    metadata: {
      ...Object.fromEntries(Object.entries(metadata).filter(([key]) => !BOOKKEEPING.has(key))),
      annotations: Object.fromEntries(annotations),
    },
    ...(object['webhooks'] === undefined ? {} : { webhooks: webhooksOf(object).map(decided) }),
  };
}

function decided({ clientConfig, ...webhook }: ReturnType<typeof webhooksOf>[number]): unknown {
  return {
    ...webhook,
    failurePolicy: undefined,
    clientConfig: { ...clientConfig, caBundle: undefined },
  };
}

/** Whether two states of one object are the same decision. */
export function sameContent(a: KubernetesObject, b: KubernetesObject): boolean {
  return canonicalize(contentOf(a)) === canonicalize(contentOf(b));
}
