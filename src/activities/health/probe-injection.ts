import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { Condition } from '../../domain/health/verdict.ts';
import { interpretPod } from '../../domain/mesh/interpret-pods.ts';
import { REVISION_LABEL } from '../../domain/mesh/istio-labels.ts';

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
  try {
    const pod = interpretPod(
      await kubernetes.create(
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name: 'meshlift-probe',
            namespace: meshNamespace,
            labels: { [REVISION_LABEL]: revision },
          },
          spec: { containers: [{ name: 'probe', image: 'registry.k8s.io/pause:3.10' }] },
        },
        { dryRun: true },
      ),
    );
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
  } catch (error) {
    // The webhook's refusal or silence comes back as the API server's answer; its own silence does not.
    if (!(error instanceof KubernetesError)) throw error;
    return { type, status: 'Degraded', message: `${revision} does not inject: ${error.message}` };
  }
}
