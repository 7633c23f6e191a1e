import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

/** Who connects: Envoy's `Node`. */
export interface AdsNode {
  /** `<type>~<address>~<pod>.<namespace>~<DNS domain>`; istiod tells proxies apart by it. */
  readonly id: string;
  readonly cluster: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface DeltaRequest {
  readonly typeUrl: string;
  /** In the first request of a stream only. */
  readonly node?: AdsNode;
  readonly subscribe?: readonly string[];
  readonly unsubscribe?: readonly string[];
  /** Of the response that this request acknowledges; absent where the client speaks first. */
  readonly nonce?: string;
}

export interface DeltaResponse {
  readonly typeUrl: string;
  readonly nonce: string;
  readonly resources: readonly NamedResource[];
  readonly removed: readonly string[];
}

export interface NamedResource {
  readonly name: string;
  /** The message that `typeUrl` of the response names. */
  readonly value: Uint8Array;
}

export interface AdsMessages {
  readonly encodeRequest: (request: DeltaRequest) => Buffer;
  readonly decodeResponse: (bytes: Uint8Array) => DeltaResponse;
  /** The endpoints that a cluster waits for; none where it finds them in another way. */
  readonly endpointsOf: (cluster: Uint8Array) => readonly string[];
  /** The route configurations that a listener waits for. */
  readonly routesOf: (listener: Uint8Array) => readonly string[];
}

/** Says plainly to istiod that this is no Envoy. */
const USER_AGENT = 'meshlift-rig-stand-in';
const PROTO_FILE = fileURLToPath(new URL('discovery.proto', import.meta.url));
const CONNECTION_MANAGER = /HttpConnectionManager$/;

interface Any {
  readonly typeUrl?: string;
  readonly value?: Uint8Array;
}

interface RawResponse {
  readonly typeUrl: string;
  readonly nonce: string;
  readonly resources: readonly { readonly name: string; readonly resource?: Any | null }[];
  readonly removedResources: readonly string[];
}

interface RawCluster {
  readonly name: string;
  readonly edsClusterConfig?: { readonly serviceName: string } | null;
}

interface RawListener {
  readonly filterChains: readonly FilterChain[];
  readonly defaultFilterChain?: FilterChain | null;
}

interface FilterChain {
  readonly filters: readonly { readonly typedConfig?: Any | null }[];
}

export function loadMessages(): AdsMessages {
  const root = new protobuf.Root().loadSync(PROTO_FILE);
  const type = (name: string) => root.lookupType(`standin.${name}`);
  const request = type('DeltaDiscoveryRequest');
  const response = type('DeltaDiscoveryResponse');
  const cluster = type('Cluster');
  const listener = type('Listener');
  const manager = type('HttpConnectionManager');

  function routeOf({ typeUrl = '', value }: Any): readonly string[] {
    if (value === undefined || !CONNECTION_MANAGER.test(typeUrl)) return [];
    const { rds } = decode<{ rds?: { routeConfigName: string } | null }>(manager, value);
    return rds === undefined || rds === null ? [] : [rds.routeConfigName];
  }

  return {
    encodeRequest: (each) => toBuffer(request.encode(toRequest(each)).finish()),
    decodeResponse: (bytes) => toResponse(decode<RawResponse>(response, bytes)),
    endpointsOf(bytes) {
      const { name, edsClusterConfig: eds } = decode<RawCluster>(cluster, bytes);
      if (eds === undefined || eds === null) return [];
      return [eds.serviceName === '' ? name : eds.serviceName];
    },
    routesOf(bytes) {
      const { filterChains, defaultFilterChain } = decode<RawListener>(listener, bytes);
      const chains = defaultFilterChain ? [...filterChains, defaultFilterChain] : filterChains;
      const filters = chains.flatMap((chain) => chain.filters);
      return filters.flatMap(({ typedConfig }) => (typedConfig ? routeOf(typedConfig) : []));
    },
  };
}

function toRequest({ typeUrl, node, subscribe, unsubscribe, nonce }: DeltaRequest): object {
  return {
    typeUrl,
    ...(node
      ? { node: { ...node, metadata: toStruct(node.metadata), userAgentName: USER_AGENT } }
      : {}),
    ...(subscribe ? { resourceNamesSubscribe: subscribe } : {}),
    ...(unsubscribe ? { resourceNamesUnsubscribe: unsubscribe } : {}),
    ...(nonce === undefined ? {} : { responseNonce: nonce }),
  };
}

function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function toResponse({ typeUrl, nonce, ...rest }: RawResponse): DeltaResponse {
  const resources = rest.resources.map(({ name, resource }) => ({
    name,
    value: resource?.value ?? new Uint8Array(),
  }));
  return { typeUrl, nonce, resources, removed: rest.removedResources };
}

/** The .proto file, not the type, vouches for the shape. */
function decode<T>(type: protobuf.Type, bytes: Uint8Array): T {
  return type.decode(bytes) as unknown as T;
}

/** A plain object as `google.protobuf.Struct`; what JSON does not know is left out. */
function toStruct(object: Readonly<Record<string, unknown>>): unknown {
  const fields = Object.entries(object).flatMap(([name, value]): [string, unknown][] => {
    const held = toValue(value);
    return held === undefined ? [] : [[name, held]];
  });
  return { fields: Object.fromEntries(fields) };
}

function toValue(value: unknown): unknown {
  if (value === null) return { nullValue: 0 };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) {
    const values = value.map(toValue).filter((each) => each !== undefined);
    return { listValue: { values } };
  }
  if (typeof value === 'object') return { structValue: toStruct({ ...value }) };
  return undefined;
}
