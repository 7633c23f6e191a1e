import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import { isOfWebhook, isPassing } from '../../clients/kubernetes-retry.ts';
import { known, unknown, type Known } from '../../domain/inventory/known.ts';
import { interpretPod, type PodFacts } from '../../domain/mesh/interpret-pods.ts';
import { REVISION_LABEL } from '../../domain/mesh/istio-labels.ts';

/** What a revision's webhook made of a pod that is never created. */
export type ProbedPod =
  | { readonly kind: 'answered'; readonly pod: PodFacts }
  /** The API server's answer in place of the pod: the webhook refused, or is silent. */
  | { readonly kind: 'refused'; readonly message: string };

/** Asks by a dry run: what the next pod of that revision would be. */
export async function renderProxy(
  kubernetes: KubernetesClient,
  meshNamespace: string,
  revision: string,
): Promise<ProbedPod> {
  try {
    const created = await kubernetes.create(
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
    );
    return { kind: 'answered', pod: interpretPod(created) };
  } catch (error) {
    // The webhook's refusal or silence comes back as the API server's answer; its own trouble says nothing.
    if (!(error instanceof KubernetesError)) throw error;
    if (isPassing(error) && !isOfWebhook(error)) throw error;
    return { kind: 'refused', message: error.message };
  }
}

/** The image of the proxy that a revision's injector renders now, by the same dry run. */
export async function renderedImage(
  kubernetes: KubernetesClient,
  meshNamespace: string,
  revision: string,
): Promise<Known<string>> {
  const probed = await renderProxy(kubernetes, meshNamespace, revision);
  if (probed.kind === 'refused') return unknown(probed.message);
  const { pod } = probed;
  return pod.revision === revision && pod.proxyImage !== undefined
    ? known(pod.proxyImage)
    : unknown(`a dry-run pod of ${revision} came back with ${pod.revision ?? 'no proxy'}`);
}
