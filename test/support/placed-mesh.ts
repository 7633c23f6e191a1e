import { templateAnnotation } from '../../src/activities/changes/patch-paths.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import { RESTART_ANNOTATION } from '../../src/domain/mesh/record-marks.ts';
import type { FakeKubernetes } from './fake-kubernetes.ts';
import {
  configMap,
  mutatingWebhook,
  owner,
  podObject,
  workloadObject,
} from './kubernetes-objects.ts';
import type { QuickTime } from './quick-time.ts';

export const OLD = '1-25-1';
export const NEW = '1-26-1';

/** An istiod by istioctl, with so many of its two replicas ready. */
export function placeControlPlane(
  cluster: FakeKubernetes,
  revision: string,
  ready = 2,
): KubernetesObject {
  const image = `docker.io/istio/pilot:${revision.replaceAll('-', '.')}`;
  return cluster.place(
    workloadObject('Deployment', `istiod-${revision}`, {
      metadata: {
        namespace: 'istio-system',
        generation: 1,
        labels: {
          app: 'istiod',
          'istio.io/rev': revision,
          'operator.istio.io/managed': 'Reconcile',
        },
      },
      spec: { replicas: 2, template: { spec: { containers: [{ name: 'discovery', image }] } } },
      status: { observedGeneration: 1, updatedReplicas: ready, readyReplicas: ready },
    }),
  );
}

/** The injector of a revision, which selects namespaces by its label, with an istiod behind it. */
export function placeInjector(cluster: FakeKubernetes, revision: string): void {
  const name = `istiod-${revision}`;
  const injector = mutatingWebhook(`istio-sidecar-injector-${revision}`, {
    'istio.io/rev': revision,
  });
  const [webhook] = injector['webhooks'] as readonly object[];
  const selector = [{ key: 'istio.io/rev', operator: 'In', values: [revision] }];
  cluster.place({
    ...injector,
    webhooks: [{ ...webhook, namespaceSelector: { matchExpressions: selector } }],
  });
  cluster.place(
    configMap(`istio-sidecar-injector-${revision}`, {
      config: 'policy: enabled\ntemplates: {sidecar: ""}',
    }),
  );
  cluster.place({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'istio-system' },
  });
  cluster.place({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-x`,
      namespace: 'istio-system',
      labels: { 'kubernetes.io/service-name': name },
    },
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
  });
}

export interface Placement {
  readonly namespace?: string;
  readonly pods?: number;
  /** Who injected its pods; `null` for pods without a proxy. */
  readonly revision?: string | null;
  /** Of its spec, beside replicas and template. */
  readonly spec?: object;
}

/** A StatefulSet that is wholly rolled out, by its own account, with its pods ready. */
export function placeWorkload(
  cluster: FakeKubernetes,
  name: string,
  { namespace = 'shop', pods = 2, revision = OLD, spec = {} }: Placement = {},
): WorkloadRef {
  const live = cluster.place(
    workloadObject('StatefulSet', name, {
      metadata: { namespace, generation: 1 },
      spec: {
        replicas: pods,
        template: { metadata: { annotations: {}, labels: { app: name } } },
        ...spec,
      },
      status: { observedGeneration: 1, updatedReplicas: pods, availableReplicas: pods },
    }),
  );
  const ref: WorkloadRef = { kind: 'StatefulSet', namespace, name, uid: live.metadata.uid ?? '' };
  for (let index = 0; index < pods; index += 1) placePod(cluster, ref, index, { revision });
  return ref;
}

/** How one pod is; ready, where nothing else is said. */
export interface PodState {
  readonly revision?: string | null;
  readonly ready?: boolean;
  readonly terminating?: boolean;
  /** The reason for which a container waits. */
  readonly trouble?: string;
}

/** A pod of a StatefulSet or DaemonSet, in place of the one that had its name. */
export function placePod(
  cluster: FakeKubernetes,
  { kind, namespace, name, uid }: WorkloadRef,
  index: number,
  { revision = NEW, ready = true, terminating = false, trouble }: PodState = {},
): KubernetesObject {
  return cluster.place(
    podObject(`${name}-${index}`, revision ?? undefined, {
      metadata: {
        namespace,
        ownerReferences: [owner(kind, name, uid)],
        ...(terminating ? { deletionTimestamp: '2026-11-21T10:00:00Z' } : {}),
      },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
        containerStatuses:
          trouble === undefined ? [] : [{ name: 'app', state: { waiting: { reason: trouble } } }],
      },
    }),
  );
}

/** Replaces all pods of a StatefulSet as its controller does after a change of the template. */
export function rollOut(cluster: FakeKubernetes, ref: WorkloadRef, pods = 2, revision = NEW): void {
  for (let index = 0; index < pods; index += 1) placePod(cluster, ref, index, { revision });
}

/**
 * A controller that brings one of these workloads to its new pods during each wait, once their
 * template asks for that by this token. Gives the names of those under way at each wait.
 */
export function controllerOf(
  cluster: FakeKubernetes,
  time: QuickTime,
  { workloads, token }: { readonly workloads: readonly WorkloadRef[]; readonly token: string },
): readonly string[] {
  const seen: string[] = [];
  time.meanwhile(async () => {
    const moving = await underWay(cluster, workloads, token);
    seen.push(moving.map(({ name }) => name).join(' '));
    if (moving[0] !== undefined) rollOut(cluster, moving[0]);
  });
  return seen;
}

/** Those whose template asks for new pods, by this token, while they still have old ones. */
async function underWay(
  cluster: FakeKubernetes,
  workloads: readonly WorkloadRef[],
  token: string,
): Promise<readonly WorkloadRef[]> {
  const pods = await cluster.list(RESOURCE_KINDS.pod);
  const lives = await Promise.all(
    workloads.map((ref) => cluster.get({ apiVersion: 'apps/v1', ...ref })),
  );
  return workloads.filter(({ name }, index) => {
    const live = lives[index];
    const found = live === undefined ? null : templateAnnotation(live, RESTART_ANNOTATION);
    const own = pods.find(({ metadata }) => metadata.name === `${name}-0`);
    return found === token && own?.metadata.annotations?.['istio.io/rev'] === OLD;
  });
}
