import { isReady } from '../../kubernetes/readiness.ts';
import { nameOf, type ClusterObject, type Pod, type Workload } from './objects.ts';

/** What the pods of one workload run. */
export interface WorkloadCensus {
  /** `Kind namespace/name` */
  readonly name: string;
  readonly wanted: number;
  readonly pods: number;
  readonly ready: number;
  /** How many pods carry a sidecar. */
  readonly meshed: number;
  /** The control planes that injected them. */
  readonly revisions: readonly string[];
  /** Versions of the proxies' image. */
  readonly proxyVersions: readonly string[];
}

export interface CensusSources {
  readonly workloads: readonly Workload[];
  readonly replicaSets: readonly ClusterObject[];
  readonly pods: readonly Pod[];
}

/** The revision and the proxy version that a workload should have. */
export interface ProxyTarget {
  readonly revision: string;
  readonly version: string;
}

const INJECTED = 'sidecar.istio.io/status';
const REVISION = 'istio.io/rev';
const PROXY = 'istio-proxy';

/** Every workload with what its pods really are; pods that are on their way out do not count. */
export function takeCensus({ workloads, replicaSets, pods }: CensusSources): WorkloadCensus[] {
  const owners = new Map(replicaSets.map((set) => [set.metadata.uid, ownerOf(set)]));
  const live = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const podsByOwner = Map.groupBy(live, (pod) => {
    const owner = ownerOf(pod);
    return owners.get(owner) ?? owner;
  });
  return workloads.map((workload) =>
    describeWorkload(workload, podsByOwner.get(workload.metadata.uid) ?? []),
  );
}

/** Whether it is wholly on the target: every pod that it should have, injected there, and ready. */
export function isOnTarget(workload: WorkloadCensus, { revision, version }: ProxyTarget): boolean {
  const { wanted, pods, ready, meshed, revisions, proxyVersions } = workload;
  return (
    [pods, ready, meshed].every((count) => count === wanted) &&
    revisions.every((each) => each === revision) &&
    proxyVersions.every((each) => each === version)
  );
}

function describeWorkload(workload: Workload, pods: readonly Pod[]): WorkloadCensus {
  const meshed = pods.filter(({ metadata }) => metadata.annotations?.[INJECTED] !== undefined);
  return {
    name: nameOf(workload.kind, workload),
    wanted: wantedPods(workload),
    pods: pods.length,
    ready: pods.filter(isReady).length,
    meshed: meshed.length,
    revisions: distinct(
      meshed.map(({ metadata }) => metadata.annotations?.[REVISION] ?? 'unknown'),
    ),
    proxyVersions: distinct(meshed.map(proxyVersionOf)),
  };
}

function ownerOf({ metadata }: ClusterObject): string | undefined {
  return metadata.ownerReferences?.[0]?.uid;
}

function wantedPods({ kind, spec, status }: Workload): number {
  return kind === 'DaemonSet' ? (status?.desiredNumberScheduled ?? 0) : (spec.replicas ?? 1);
}

/** A sidecar is an init container where the cluster has native sidecars. */
function proxyVersionOf({ spec }: Pod): string {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const image = containers.find(({ name }) => name === PROXY)?.image ?? 'unknown';
  return image.slice(image.lastIndexOf(':') + 1);
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
