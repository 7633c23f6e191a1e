import type { KubernetesObject } from '../kubernetes-object.ts';

/** A Service, as gateways and webhooks need it. */
export interface ServiceFacts {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly type: string;
  /** Absent when somebody else keeps its endpoints. */
  readonly selector?: Readonly<Record<string, string>>;
  /** Given by the load balancer. */
  readonly addresses: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

interface ServiceShape {
  readonly spec?: {
    readonly type?: string;
    readonly selector?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

/** kubectl's copy of the whole object says nothing that the object does not. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Reads one Service. */
export function interpretService(service: KubernetesObject): ServiceFacts {
  const { metadata } = service;
  const { spec, status } = service as KubernetesObject & ServiceShape;
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([key]) => key !== LAST_APPLIED,
  );
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    type: spec?.type ?? 'ClusterIP',
    ...(spec?.selector === undefined ? {} : { selector: spec.selector }),
    addresses: (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) =>
      [ip, hostname].filter((address) => address !== undefined),
    ),
    annotations: Object.fromEntries(annotations),
  };
}

/** The ready endpoints of one EndpointSlice. */
export interface EndpointFacts {
  readonly namespace: string;
  readonly service: string;
  /** One name per endpoint: the same pod stands in a slice for each address family. */
  readonly ready: readonly string[];
}

interface SliceShape {
  readonly endpoints?: readonly {
    readonly addresses?: readonly string[];
    readonly conditions?: { readonly ready?: boolean };
    readonly targetRef?: { readonly uid?: string };
  }[];
}

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** Reads one EndpointSlice. An endpoint whose readiness is not told counts as ready, as the API says. */
export function interpretEndpointSlice(slice: KubernetesObject): EndpointFacts | undefined {
  const service = slice.metadata.labels?.[SERVICE_NAME_LABEL];
  if (service === undefined) return undefined;
  const { endpoints } = slice as KubernetesObject & SliceShape;
  return {
    namespace: slice.metadata.namespace ?? '',
    service,
    ready: (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .map(({ targetRef, addresses }) => targetRef?.uid ?? addresses?.[0] ?? ''),
  };
}
