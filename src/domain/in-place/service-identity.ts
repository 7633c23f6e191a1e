import { formatRef, refOf, type KubernetesObject } from '../kubernetes-object.ts';

/** What people and proxies know a Service by: it must outlast an upgrade in place. */
export interface ServiceIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly type: string;
  /** `None` for a headless one; absent where it has none. */
  readonly clusterIP?: string;
  /** Addresses that the load balancer gave it, sorted. */
  readonly addresses: readonly string[];
}

interface ServiceShape {
  readonly spec?: { readonly type?: string; readonly clusterIP?: string };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

/** Reads the identity of a live Service. */
export function identityOfService(service: KubernetesObject): ServiceIdentity {
  const { metadata, spec, status } = service as KubernetesObject & ServiceShape;
  const ingress = status?.loadBalancer?.ingress ?? [];
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    type: spec?.type ?? 'ClusterIP',
    ...(spec?.clusterIP === undefined ? {} : { clusterIP: spec.clusterIP }),
    addresses: ingress.flatMap(({ ip, hostname }) => ip ?? hostname ?? []).toSorted(),
  };
}

/** Where a Service is not the one that was planned with, in words; empty when it is. */
export function compareService(
  planned: ServiceIdentity,
  live: KubernetesObject | undefined,
): readonly string[] {
  const where = `Service ${planned.namespace}/${planned.name}`;
  if (live === undefined) return [`${where} is gone`];
  const now = identityOfService(live);
  const pairs: readonly (readonly [string, string, string])[] = [
    ['uid', planned.uid, now.uid],
    ['type', planned.type, now.type],
    ['clusterIP', planned.clusterIP ?? 'none', now.clusterIP ?? 'none'],
    ['addresses', planned.addresses.join(', '), now.addresses.join(', ')],
  ];
  return pairs
    .filter(([, expected, found]) => expected !== found)
    .map(
      ([what, expected, found]) =>
        `${formatRef(refOf(live))}: ${what} was ${expected || 'none'} and is ${found || 'none'}`,
    );
}
