import type { V1Pod } from '@kubernetes/client-node';
import type { ApiClient } from '../../kubernetes/client.ts';
import type { Manifest } from '../../kubernetes/manifest.ts';
import type { FarmWorkload } from './farm.ts';

/** What owns pods directly: a ReplicaSet or a StatefulSet. */
export interface Owner {
  readonly namespace: string;
  /** Of the workload. */
  readonly name: string;
  readonly replicas: number;
  readonly isStateful: boolean;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly reference: OwnerReference;
}

interface OwnerReference {
  readonly apiVersion: 'apps/v1';
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: true;
  readonly blockOwnerDeletion: true;
}

const TEMPLATE_HASH = '5d59d67564';

/** Nodes large enough that the pods of a farm fit, as the scheduler would count. */
export function buildNodes(count: number): readonly Manifest[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `farm-node-${String(index).padStart(3, '0')}`,
      labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
    },
    status: {
      capacity: { cpu: '64', memory: '256Gi', pods: '110' },
      allocatable: { cpu: '64', memory: '256Gi', pods: '110' },
    },
  }));
}

/** Makes a workload as its controller would have left it, and tells what its pods belong to. */
export async function buildOwners(
  client: ApiClient,
  namespace: string,
  workload: FarmWorkload,
): Promise<Owner> {
  const { name, kind, replicas } = workload;
  const labels = { app: name, version: 'v1' };
  const made = await postWorkload(client, { namespace, workload, labels });
  const isStateful = kind === 'StatefulSet';
  const podLabels = isStateful
    ? { ...labels, 'controller-revision-hash': `${name}-${TEMPLATE_HASH}` }
    : { ...labels, 'pod-template-hash': TEMPLATE_HASH };
  const common = { namespace, name, replicas, isStateful, podLabels };
  const own = referenceTo(kind, name, made.metadata.uid);
  if (isStateful) return { ...common, reference: own };
  const setName = `${name}-${TEMPLATE_HASH}`;
  const set = await client.post<Made>(`/apis/apps/v1/namespaces/${namespace}/replicasets`, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: setName,
      namespace,
      labels: podLabels,
      annotations: { 'deployment.kubernetes.io/revision': '1' },
      ownerReferences: [own],
    },
    spec: { replicas, selector: { matchLabels: podLabels }, template: templateOf(podLabels) },
  });
  return { ...common, reference: referenceTo('ReplicaSet', setName, set.metadata.uid) };
}

interface Made {
  readonly metadata: { readonly uid: string; readonly generation?: number };
}

async function postWorkload(
  client: ApiClient,
  {
    namespace,
    workload: { name, kind, replicas },
    labels,
  }: {
    readonly namespace: string;
    readonly workload: FarmWorkload;
    readonly labels: Readonly<Record<string, string>>;
  },
): Promise<Made> {
  const path = `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s`;
  const made = await client.post<Made>(path, {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: templateOf(labels),
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
    },
  });
  const counts = { replicas, readyReplicas: replicas, updatedReplicas: replicas };
  await client.patch(`${path}/${name}/status`, 'merge', {
    status: { observedGeneration: 1, availableReplicas: replicas, ...counts },
  });
  return made;
}

function templateOf(labels: Readonly<Record<string, string>>): unknown {
  return {
    metadata: { labels },
    spec: {
      containers: [
        {
          name: 'app',
          image: 'registry.example.com/farm/app:1.0.0',
          resources: { requests: { cpu: '20m', memory: '32Mi' } },
        },
      ],
    },
  };
}

function referenceTo(kind: string, name: string, uid: string): OwnerReference {
  return { apiVersion: 'apps/v1', kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** The pattern under another name, bound to a node. */
export function buildPod(
  pattern: V1Pod,
  {
    owner,
    number,
    node,
  }: { readonly owner: Owner; readonly number: number; readonly node: string },
): unknown {
  const { namespace, name, isStateful, podLabels, reference } = owner;
  const suffix = isStateful
    ? String(number)
    : `${TEMPLATE_HASH}-${number.toString(36).padStart(5, '0')}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${suffix}`,
      namespace,
      labels: { ...pattern.metadata?.labels, ...podLabels },
      annotations: pattern.metadata?.annotations,
      ownerReferences: [reference],
    },
    spec: { ...pattern.spec, nodeName: node },
  };
}

/** An address of its own for each pod, apart from those that KWOK gives. */
function addressOf(index: number): string {
  return `10.200.${Math.floor(index / 250)}.${(index % 250) + 1}`;
}

/** What a kubelet says of a pod that runs; `index` tells pods apart. */
export function buildPodStatus(pattern: V1Pod, index: number): unknown {
  const now = new Date().toISOString();
  const running = { running: { startedAt: now } };
  const { containers = [], initContainers = [] } = pattern.spec ?? {};
  const podIP = addressOf(index);
  return {
    status: {
      phase: 'Running',
      podIP,
      podIPs: [{ ip: podIP }],
      startTime: now,
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        type,
        status: 'True',
        lastTransitionTime: now,
      })),
      containerStatuses: containers.map(({ name, image }) => ({
        ...{ name, image, imageID: '', ready: true, started: true, restartCount: 0 },
        state: running,
      })),
      initContainerStatuses: initContainers.map(({ name, image, restartPolicy }) => ({
        ...{ name, image, imageID: '', ready: true, restartCount: 0 },
        state:
          restartPolicy === 'Always'
            ? running
            : { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } },
      })),
    },
  };
}
