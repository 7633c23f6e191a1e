import { create, type Change } from './scenario.ts';

/** As little of a definition as makes a kind; the first version is the stored one. */
export function definition(
  group: string,
  kind: string,
  versions: readonly string[],
  scope: 'Namespaced' | 'Cluster' = 'Namespaced',
): Change {
  const singular = kind.toLowerCase();
  const plural = `${singular}s`.replace(/ys$/, 'ies');
  return create(`CustomResourceDefinition ${plural}.${group}`, {
    // The API server wants it for groups of k8s.io.
    metadata: { annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' } },
    spec: {
      group,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      })),
    },
  });
}

/** The Gateway API, as far as one of its kinds stands for all. */
export function gatewayApi(versions: readonly string[]): Change {
  return definition('gateway.networking.k8s.io', 'HTTPRoute', versions);
}
