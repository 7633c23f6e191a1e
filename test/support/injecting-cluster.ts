import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import { refOf, type KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import type { FakeKubernetes } from './fake-kubernetes.ts';
import { mutatingWebhook } from './kubernetes-objects.ts';

/** With every revision whose injector is there injecting what asks for it. */
export function injecting(cluster: FakeKubernetes): KubernetesClient {
  return {
    ...cluster,
    create: async (object, options) => {
      const created = await cluster.create(object, options);
      const revision = object.metadata.labels?.['istio.io/rev'] ?? '';
      const name = `istio-sidecar-injector-${revision}`;
      const injector = await cluster.get(refOf(mutatingWebhook(name, {})));
      if (object.kind !== 'Pod' || injector === undefined) return created;
      return {
        ...created,
        metadata: { ...created.metadata, annotations: { 'istio.io/rev': revision } },
      };
    },
  };
}

/** The injector of a revision, with the root certificate that its istiod wrote there. */
export function injector(revision: string, caBundle = 'Uk9PVA=='): KubernetesObject {
  const webhook = mutatingWebhook(`istio-sidecar-injector-${revision}`, {
    'istio.io/rev': revision,
  });
  return { ...webhook, webhooks: [{ name: 'rev.istio.io', clientConfig: { caBundle } }] };
}
