import type { KubernetesClient } from '../../clients/kubernetes.ts';
import type { Condition } from '../../domain/health/verdict.ts';
import { renderProxy } from './render-proxy.ts';

/**
 * Asks a revision's webhook for a pod that is never created (dry run): the one proof that the next
 * pod will be injected, and by whom.
 */
export async function probeInjection(
  kubernetes: KubernetesClient,
  meshNamespace: string,
  revision: string,
): Promise<Condition> {
  const type = 'InjectionAnswers';
  const probed = await renderProxy(kubernetes, meshNamespace, revision);
  if (probed.kind === 'refused') {
    return { type, status: 'Degraded', message: `${revision} does not inject: ${probed.message}` };
  }
  const { pod } = probed;
  if (pod.revision === revision) {
    return {
      type,
      status: 'Healthy',
      message: `${revision} injects ${pod.proxyImage ?? 'its proxy'}`,
    };
  }
  return {
    type,
    status: 'Degraded',
    message: `expected a dry-run pod to be injected by ${revision}, found ${pod.revision ?? 'no proxy'}`,
  };
}
