import canonicalize from 'canonicalize';
import type { Json, KubernetesObject } from '../kubernetes-object.ts';
import { webhooksOf, type Webhook } from '../mesh/webhook-shapes.ts';
import { putBack, type PutBack } from './put-back.ts';

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

/** An object with what a run wrote in it taken back, beside what others have changed in it. */
export interface ObjectPutBack extends Pick<PutBack, 'conflicts' | 'kept'> {
  readonly object: KubernetesObject;
}

export interface WrittenObject {
  readonly prior: KubernetesObject;
  readonly applied: KubernetesObject;
  readonly live: KubernetesObject;
}

export function putBackObject({ prior, applied, live }: WrittenObject): ObjectPutBack {
  const { value, conflicts, kept } = putBack({
    prior: jsonOf(contentOf(prior)),
    applied: jsonOf(contentOf(applied)),
    live: jsonOf(contentOf(live)),
  });
  return {
    object: withContent(live, value as unknown as KubernetesObject, prior),
    conflicts,
    kept,
  };
}

/** The live object with another content; what is no part of that stays as it is. */
function withContent(
  live: KubernetesObject,
  content: KubernetesObject,
  prior: KubernetesObject,
): KubernetesObject {
  const bookkeeping = Object.entries(live.metadata).filter(([key]) => BOOKKEEPING.has(key));
  const counted = Object.entries(live.metadata.annotations ?? {}).filter(
    ([key]) => key === ROLLOUT_ANNOTATION,
  );
  const { metadata } = content;
  const maintained = new Map(
    [...webhooksOf(prior), ...webhooksOf(live)].map((each) => [each.name, each]),
  );
  return {
    ...content,
    ...(live['status'] === undefined ? {} : { status: live['status'] }),
    ...(content['webhooks'] === undefined
      ? {}
      : {
          webhooks: webhooksOf(content).map((each) =>
            asMaintained(each, maintained.get(each.name)),
          ),
        }),
    metadata: {
      ...metadata,
      ...Object.fromEntries(bookkeeping),
      annotations: { ...metadata.annotations, ...Object.fromEntries(counted) },
    },
  };
}

/** With the two fields that istiod keeps by itself. */
function asMaintained(webhook: Webhook, known: Webhook | undefined): Webhook {
  const { caBundle } = known?.clientConfig ?? {};
  const failurePolicy = known?.['failurePolicy'];
  return {
    ...webhook,
    ...(failurePolicy === undefined ? {} : { failurePolicy }),
    clientConfig: { ...webhook.clientConfig, ...(caBundle === undefined ? {} : { caBundle }) },
  };
}

/** As it is on the wire, without members that are undefined. */
function jsonOf(content: Readonly<Record<string, unknown>>): Json {
  return JSON.parse(JSON.stringify(content)) as Json;
}
