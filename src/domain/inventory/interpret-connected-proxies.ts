import { known, unknown, type Known } from './known.ts';
import { isLive, type PodDetail } from './interpret-pod-detail.ts';
import type { SyncClient } from './interpret-syncz.ts';
import type { ControlPlane } from '../mesh/observed-mesh.ts';

/** What one replica of istiod answered at `/debug/syncz`. */
export interface SyncAnswer {
  readonly pod: string;
  readonly revision: string;
  readonly proxies: Known<readonly string[]>;
}

/** The replicas of istiod to ask. */
export function istiodReplicas(pods: readonly PodDetail[], meshNamespace: string): PodDetail[] {
  return pods.filter(
    (pod) => pod.controlPlane !== undefined && pod.namespace === meshNamespace && isLive(pod),
  );
}

/** The proxies among the clients of a replica, each by its cluster and name. */
export function proxiesAmong(clients: Known<readonly SyncClient[]>): SyncAnswer['proxies'] {
  if (clients.kind === 'unknown') return clients;
  const proxies = clients.value.filter(({ isProxy }) => isProxy);
  return known(proxies.map(({ cluster, name }) => `${cluster}/${name}`));
}

/**
 * Proxies by revision. Each replica answers for itself alone, so one that is missing makes the whole
 * unknown; a proxy that two replicas of a revision name is on its way from one to the other.
 */
export function interpretConnectedProxies(
  controlPlanes: readonly ControlPlane[],
  answers: readonly SyncAnswer[],
): Known<Readonly<Record<string, number>>> {
  for (const { revision, replicas } of controlPlanes) {
    const asked = answers.filter((answer) => answer.revision === revision).length;
    if (asked < replicas) {
      return unknown(
        `expected ${replicas} replicas of revision ${revision} to ask, found ${asked} pods`,
      );
    }
  }
  const silent = answers.flatMap(({ pod, proxies }) =>
    proxies.kind === 'unknown' ? [`${pod}: ${proxies.why}`] : [],
  );
  if (silent.length > 0) return unknown(silent.join('; '));

  const connected = new Map<string, Set<string>>(
    controlPlanes.map(({ revision }) => [revision, new Set()]),
  );
  for (const { revision, proxies } of answers) {
    const all = connected.get(revision) ?? new Set<string>();
    if (proxies.kind === 'known') for (const proxy of proxies.value) all.add(proxy);
    connected.set(revision, all);
  }
  return known(
    Object.fromEntries([...connected].map(([revision, proxies]) => [revision, proxies.size])),
  );
}
