import type { KubernetesClient } from '../../clients/kubernetes.ts';
import type { PodTarget } from '../../domain/health/census-pod.ts';
import { connectionsTo } from '../../domain/health/connections.ts';
import { known } from '../../domain/inventory/known.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { ProxyTarget } from '../../domain/refresh/proxy-target.ts';
import { readConnections } from './read-connections.ts';
import { renderedImage } from './render-proxy.ts';

/** What pods of these namespaces are held against now; without namespaces those of the whole mesh. */
export type PodTargets = (namespaces?: readonly string[]) => Promise<PodTarget>;

/**
 * The revision and image that a plan brings, or the proxy that a refresh does: what stays so while a
 * census looks again and again. Who is connected is asked anew each time.
 */
export async function openPodTargets(
  kubernetes: KubernetesClient,
  { to, meshNamespace, policy }: Pick<UpgradePlan, 'to' | 'meshNamespace' | 'policy'>,
  proxy?: ProxyTarget,
): Promise<PodTargets> {
  const { revision, version } = proxy ?? to;
  const image =
    proxy === undefined
      ? await renderedImage(kubernetes, meshNamespace, revision)
      : known(proxy.image);
  const connections = policy.census?.connections ?? 'off';
  const exact = proxy?.exact === undefined ? {} : { exact: proxy.exact };
  const target = { revision, version, image, ...exact, mustKnow: connections === 'required' };
  if (connections === 'off') return () => Promise.resolve(target);
  return async (namespaces) => {
    const scope = { meshNamespace, ...(namespaces === undefined ? {} : { namespaces }) };
    const answers = await readConnections(kubernetes, scope);
    return { ...target, connectionOf: connectionsTo(revision, answers) };
  };
}
