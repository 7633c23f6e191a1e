import type { ApiClient } from '../../../rig/kubernetes/client.ts';

/**
 * What "restored" compares, read without any code of the product: namespace labels, tags and webhooks
 * without their CA, the control planes' settings, pod templates, and what each workload's pods run.
 */
export type Projection = Readonly<Record<string, unknown>>;

/** As much of an object as is looked at here. */
export interface LiveObject {
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly [member: string]: unknown;
}

const MESH = 'istio-system';
const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const WORKLOAD_PATHS = ['deployments', 'statefulsets', 'daemonsets'].map(
  (plural) => `/apis/apps/v1/${plural}`,
);
/** Only that they are there: the settings of these follow from the release. */
const BY_NAME = [
  `/api/v1/namespaces/${MESH}/serviceaccounts`,
  `${RBAC}/namespaces/${MESH}/roles`,
  `${RBAC}/namespaces/${MESH}/rolebindings`,
  `${RBAC}/clusterroles`,
  `${RBAC}/clusterrolebindings`,
];
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

export async function list(
  kubernetes: ApiClient,
  path: string,
): Promise<readonly (LiveObject & { readonly kind: string })[]> {
  const { kind, items } = await kubernetes.get<{ kind: string; items: LiveObject[] }>(path);
  const single = kind.replace(/List$/, '');
  return items.map((item) => ({ ...item, kind: single }));
}

export async function project(kubernetes: ApiClient): Promise<Projection> {
  const entries = await Promise.all([
    collect(kubernetes, '/api/v1/namespaces', ({ metadata }) => metadata.labels),
    collect(kubernetes, `${ADMISSION}/mutatingwebhookconfigurations`, webhookState),
    collect(kubernetes, `${ADMISSION}/validatingwebhookconfigurations`, webhookState),
    collect(kubernetes, `/api/v1/namespaces/${MESH}/configmaps`, configMapState),
    collect(kubernetes, `/apis/autoscaling/v2/namespaces/${MESH}/horizontalpodautoscalers`, spec),
    collect(kubernetes, `/apis/policy/v1/namespaces/${MESH}/poddisruptionbudgets`, spec),
    collect(kubernetes, `/api/v1/namespaces/${MESH}/services`, (service) => ({
      uid: service.metadata.uid,
      spec: service['spec'],
    })),
    ...WORKLOAD_PATHS.map((path) => collect(kubernetes, path, templateState)),
    ...BY_NAME.map((path) => collect(kubernetes, path, () => 'there')),
    podStates(kubernetes),
  ]);
  return Object.fromEntries(entries.flat());
}

type Entry = readonly [string, unknown];

async function collect(
  kubernetes: ApiClient,
  path: string,
  look: (object: LiveObject) => unknown,
): Promise<readonly Entry[]> {
  const found = await list(kubernetes, path);
  return found.flatMap((object): Entry[] => {
    const state = look(object);
    return state === undefined ? [] : [[nameOf(object), state]];
  });
}

function nameOf({ kind, metadata: { namespace, name } }: LiveObject): string {
  return `${kind ?? ''} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function webhookState({ metadata, ...object }: LiveObject): unknown {
  const webhooks = object['webhooks'] as readonly Record<string, unknown>[] | undefined;
  return {
    labels: metadata.labels,
    webhooks: webhooks?.map(({ clientConfig, ...rest }) => ({
      ...rest,
      clientConfig: { ...(clientConfig as object), caBundle: undefined },
    })),
  };
}

/** Our record is no part of it, nor is the object that istiods elect their leader by. */
function configMapState({ metadata, ...object }: LiveObject): unknown {
  const isRecord = metadata.name.startsWith('meshlift-');
  if (isRecord || metadata.annotations?.[LEADER] !== undefined) return undefined;
  return { labels: metadata.labels, data: object['data'] };
}

function spec(object: LiveObject): unknown {
  return object['spec'];
}

function templateState(object: LiveObject): unknown {
  const { template, replicas } = object['spec'] as { template: unknown; replicas?: number };
  return { uid: object.metadata.uid, template, replicas };
}

/** Per workload: how many pods run which revision, and how many of them are ready. */
async function podStates(kubernetes: ApiClient): Promise<readonly Entry[]> {
  const counts = new Map<string, Record<string, number>>();
  for (const pod of await list(kubernetes, '/api/v1/pods')) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const name = `pods of ${pod.metadata.namespace ?? ''}/${pod.metadata.labels?.['app'] ?? ''}`;
    const state = `${revisionOf(pod) ?? 'no proxy'}, ${isReady(pod) ? 'ready' : 'not ready'}`;
    const before = counts.get(name) ?? {};
    counts.set(name, { ...before, [state]: (before[state] ?? 0) + 1 });
  }
  return [...counts];
}

/** The revision whose proxy a pod carries: what was injected says so itself. */
export function revisionOf({ metadata }: LiveObject): string | undefined {
  const status = metadata.annotations?.['sidecar.istio.io/status'];
  if (status === undefined) return undefined;
  return (JSON.parse(status) as { revision?: string }).revision;
}

export function isReady(pod: LiveObject): boolean {
  const { conditions } = pod['status'] as {
    conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  return conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

/** Everything in the namespaces given, whole, `resourceVersion` included: equal means untouched. */
export async function bytesOf(kubernetes: ApiClient, namespace: string): Promise<unknown> {
  const scope = `namespaces/${namespace}`;
  const [own, ...lists] = await Promise.all([
    kubernetes.get<LiveObject>(`/api/v1/${scope}`),
    ...['pods', 'services', 'serviceaccounts'].map((plural) =>
      list(kubernetes, `/api/v1/${scope}/${plural}`),
    ),
    ...['deployments', 'statefulsets', 'daemonsets', 'replicasets', 'controllerrevisions'].map(
      (plural) => list(kubernetes, `/apis/apps/v1/${scope}/${plural}`),
    ),
    list(kubernetes, `/apis/policy/v1/${scope}/poddisruptionbudgets`),
  ]);
  return [own, ...lists.flat()];
}
