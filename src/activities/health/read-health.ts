import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import { assessControlPlane } from '../../domain/health/assess-control-plane.ts';
import { assessPods, assessWorkloads } from '../../domain/health/assess-workloads.ts';
import { combine } from '../../domain/health/combine.ts';
import type { Verdict } from '../../domain/health/verdict.ts';
import { interpretControlPlanes } from '../../domain/mesh/interpret-control-planes.ts';
import { interpretPod } from '../../domain/mesh/interpret-pods.ts';
import { workloadLookup } from '../../domain/mesh/join-pods.ts';
import { interpretWorkloads } from '../../domain/mesh/interpret-workloads.ts';
import { WORKLOAD_KINDS } from '../inspect-mesh.ts';
import { listIn } from '../list-in.ts';
import { probeInjection } from './probe-injection.ts';

export interface HealthScope {
  readonly meshNamespace: string;
  /** Revisions that must be ready and inject. */
  readonly revisions: readonly string[];
  /** Namespaces whose workloads are looked at. */
  readonly namespaces: readonly string[];
  /** uids of workloads that are known to have failed: they say nothing new. */
  readonly except?: readonly string[];
}

/** One look at a mesh's health: control planes, injection, workloads, pods. */
export async function readHealth(access: ClusterAccess, scope: HealthScope): Promise<Verdict> {
  const { worker } = access;
  const { meshNamespace, revisions, namespaces } = scope;
  const except = new Set(scope.except);
  const [istiods, probes, workloads, replicaSets, pods] = await Promise.all([
    worker.list(RESOURCE_KINDS.deployment, {
      namespace: meshNamespace,
      labelSelector: 'app=istiod',
    }),
    Promise.all(revisions.map((revision) => probeInjection(worker, meshNamespace, revision))),
    Promise.all(WORKLOAD_KINDS.map((kind) => listIn(worker, kind, namespaces))),
    listIn(worker, RESOURCE_KINDS.replicaSet, namespaces, { metadataOnly: true }),
    listIn(worker, RESOURCE_KINDS.pod, namespaces),
  ]);
  const controlPlanes = interpretControlPlanes(istiods);
  const facts = pods.map(interpretPod);
  const observed = interpretWorkloads({
    workloads: workloads.flat(),
    replicaSets,
    pods: facts,
    isInjected: () => true,
  });
  const workloadOf = workloadLookup(replicaSets);
  return combine([
    ...revisions.map((revision) => assessControlPlane(controlPlanes, revision)),
    ...probes,
    ...(namespaces.length === 0
      ? []
      : [
          assessWorkloads(observed.workloads.filter(({ uid }) => !except.has(uid))),
          assessPods(facts.filter((pod) => !except.has(workloadOf(pod) ?? ''))),
        ]),
  ]);
}
