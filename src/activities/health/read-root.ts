import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { webhooksOf } from '../../domain/mesh/webhook-shapes.ts';

/** The root certificate (PEM, base64) that istiod of a revision writes into its own injector, once it has. */
export async function readRoot(
  kubernetes: KubernetesClient,
  meshNamespace: string,
  revision: string,
): Promise<string | undefined> {
  const suffix = meshNamespace === 'istio-system' ? '' : `-${meshNamespace}`;
  const found = await kubernetes.get({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    // The unnamed revision has no suffix.
    name: `istio-sidecar-injector${revision === 'default' ? '' : `-${revision}`}${suffix}`,
  });
  const root = found === undefined ? undefined : webhooksOf(found)[0]?.clientConfig?.caBundle;
  return root === '' ? undefined : root;
}
