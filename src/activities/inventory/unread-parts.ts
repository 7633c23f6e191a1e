import type { Known, UnreadPart } from '../../domain/inventory/known.ts';
import { NAMESPACE_ROOTS } from '../../domain/inventory/namespace-detail.ts';
import type { ClusterReading } from './read-cluster.ts';
import type { MeshReading } from './take-inventory.ts';

/** What could not be read, as far as the inventory has no place of its own to say it. */
export function unreadParts(cluster: ClusterReading, reading: MeshReading): UnreadPart[] {
  const { extensions } = reading;
  const parts: readonly (readonly [string, Known<unknown>])[] = [
    ['Services', cluster.services],
    [NAMESPACE_ROOTS, cluster.roots],
    ['Jobs', cluster.jobs],
    ['CronJobs', cluster.cronJobs],
    ['ReplicaSets that nothing controls', reading.bareReplicaSets],
    ['Rollouts of argoproj.io', extensions.rollouts],
    ['Canaries of flagger.app', extensions.canaries],
    ['IstioOperators of install.istio.io', extensions.istioOperators],
    ['Istios of sailoperator.io', extensions.sailIstios],
    ['IstioRevisions of sailoperator.io', extensions.sailRevisions],
    ['ControlPlaneRevisions of mesh.cloud.google.com', extensions.googleRevisions],
    ...[...reading.endpoints].map(
      ([namespace, found]) => [`EndpointSlices of namespace ${namespace}`, found] as const,
    ),
    ...reading.configMaps.flatMap(({ revision, mesh, values }) => [
      [`mesh configuration of revision ${revision}`, mesh] as const,
      [`recorded values of revision ${revision}`, values] as const,
    ]),
    ...Object.entries(reading.policies).map(
      ([revision, policy]) => [`injection policy of revision ${revision}`, policy] as const,
    ),
  ];
  return parts.flatMap(([what, found]) =>
    found.kind === 'unknown' ? [{ what, why: found.why }] : [],
  );
}
