import type { V1Container, V1EnvVar, V1Pod } from '@kubernetes/client-node';
import { imageVersion } from '../mesh/image-version.ts';
import type { AdsNode } from './messages.ts';

/** An injected pod as its proxy would introduce itself to istiod. */
export interface Proxy {
  readonly uid: string;
  /** `<pod>.<namespace>`, as `istioctl proxy-status` lists it. */
  readonly name: string;
  /** The control plane that injected it. */
  readonly revision: string;
  readonly node: AdsNode;
}

/** `connect`: its proxy runs and is ready. `keep`: only the application is not. `gone`: no proxy runs. */
export type ProxyState = 'connect' | 'keep' | 'gone';

const PROXY_CONTAINER = 'istio-proxy';
const META = 'ISTIO_META_';
const META_JSON = 'ISTIO_METAJSON_';
/** Differs with each rollout; the agent leaves it out as well. */
const NOT_SENT = 'pod-template-hash';

/** Nothing for a pod without a sidecar or gateway proxy, or without an address yet. */
export function describeProxy(pod: V1Pod): Proxy | undefined {
  const { uid, name, namespace, annotations } = pod.metadata ?? {};
  const container = proxyContainerOf(pod);
  const address = pod.status?.podIP;
  const revision = revisionOf(annotations);
  if (!uid || !name || !namespace || !container || !address || !revision) return undefined;
  const fullName = `${name}.${namespace}`;
  return {
    uid,
    name: fullName,
    revision,
    node: {
      id: `${typeOf(container)}~${address}~${fullName}~${namespace}.svc.cluster.local`,
      cluster: `${pod.metadata?.labels?.['app'] ?? name}.${namespace}`,
      metadata: buildMetadata(pod, container),
    },
  };
}

export function proxyStateOf({ metadata, spec, status }: V1Pod): ProxyState {
  if (metadata?.deletionTimestamp !== undefined || status?.phase !== 'Running') return 'gone';
  const statuses = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  const proxy = statuses.find(({ name }) => name === PROXY_CONTAINER);
  if (spec === undefined || proxy?.state?.running === undefined) return 'gone';
  const isReady = status.conditions?.some(
    (each) => each.type === 'Ready' && each.status === 'True',
  );
  return isReady === true ? 'connect' : 'keep';
}

/** Native sidecars are init containers. */
function proxyContainerOf({ spec }: V1Pod): V1Container | undefined {
  const all = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  return all.find(({ name }) => name === PROXY_CONTAINER);
}

/** Istio before 1.24 wrote it into the status only. */
function revisionOf(annotations: Readonly<Record<string, string>> = {}): string | undefined {
  const status = parseJson(annotations['sidecar.istio.io/status']);
  const injected = status['revision'];
  return annotations['istio.io/rev'] ?? (typeof injected === 'string' ? injected : undefined);
}

/** The agent's arguments are `proxy sidecar …` or `proxy router …`. */
function typeOf({ args = [] }: V1Container): string {
  return args[args.indexOf('proxy') + 1] === 'router' ? 'router' : 'sidecar';
}

/** What the agent sends: its `ISTIO_META_` variables, and what it knows of its pod. */
function buildMetadata(pod: V1Pod, container: V1Container): Record<string, unknown> {
  const { name, namespace, labels = {}, annotations = {} } = pod.metadata ?? {};
  const variables = (container.env ?? []).map((each) => [each.name, valueOf(each, pod)] as const);
  const named = variables.flatMap(([variable, value]): [string, unknown][] =>
    value !== undefined && variable.startsWith(META) ? [[variable.slice(META.length), value]] : [],
  );
  const json = variables.flatMap(([variable, value]) =>
    variable.startsWith(META_JSON) ? Object.entries(parseJson(value)) : [],
  );
  const proxyConfig = variables.find(([variable]) => variable === 'PROXY_CONFIG')?.[1];
  const sentLabels = Object.entries(labels).filter(([key]) => key !== NOT_SENT);
  return {
    ...Object.fromEntries(named),
    ...Object.fromEntries(json),
    NAME: name,
    NAMESPACE: namespace,
    SERVICE_ACCOUNT: pod.spec?.serviceAccountName,
    INSTANCE_IPS: pod.status?.podIP,
    ISTIO_VERSION: imageVersion(container.image),
    LABELS: Object.fromEntries(sentLabels),
    ANNOTATIONS: annotations,
    PROXY_CONFIG: parseJson(proxyConfig),
  };
}

function valueOf({ value, valueFrom }: V1EnvVar, { spec, status }: V1Pod): string | undefined {
  if (value !== undefined) return value;
  switch (valueFrom?.fieldRef?.fieldPath) {
    case 'spec.nodeName':
      return spec?.nodeName;
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName;
    case 'status.podIP':
      return status?.podIP;
    case undefined:
    default:
      return undefined;
  }
}

/** Annotations and variables are anybody's to write: what is no object counts as empty. */
function parseJson(text: string | undefined): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
