import type { Finding } from '../../finding.ts';
import type { MeshInventory } from '../../inventory/inventory.ts';
import { selectedRevision } from '../../mesh/select-revision.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** As much of a digest as tells two apart. */
const DIGEST_SHOWN = 16;

/** Proxies trust each other only under one root. */
export const caRootsRule: Rule = {
  documents: [
    {
      code: 'CaRootsDiffer',
      severity: 'blocking between control planes, overridable between istiod and a namespace',
      meaning:
        'two control planes have different root certificates, or a meshed namespace holds another one (ConfigMap `istio-ca-root-cert`) than the istiod that serves it: mutual TLS between their proxies fails.',
      remedy:
        'give both control planes the same root (Secret `cacerts`), and let istiod write the ConfigMap anew.',
    },
  ],
  check: (facts) => [...checkBetween(facts), ...checkNamespaces(facts)],
};

function checkBetween({ mesh, inventory }: PreflightFacts): readonly Finding[] {
  const rooted = inventory.controlPlanes.flatMap(({ revision, rootDigest }) =>
    rootDigest === undefined ? [] : [{ revision, rootDigest }],
  );
  if (new Set(rooted.map(({ rootDigest }) => rootDigest)).size <= 1) return [];
  const found = rooted.map(({ revision, rootDigest }) => `${revision} ${shorten(rootDigest)}`);
  return [
    {
      code: 'CaRootsDiffer',
      severity: 'blocking',
      subject: `namespace ${mesh.meshNamespace}`,
      message: `expected all control planes to have one root certificate, found ${found.join(', ')}`,
      remedy: `kubectl -n ${mesh.meshNamespace} get secret cacerts istio-ca-secret -o yaml`,
    },
  ];
}

function checkNamespaces({ mesh, inventory }: PreflightFacts): readonly Finding[] {
  const selected = new Map(
    mesh.namespaces.map(({ name, selection }) => [name, selectedRevision(selection)]),
  );
  return inventory.namespaces.flatMap(({ name, rootDigest }): Finding[] => {
    const expected = rootOf(inventory, selected.get(name));
    if (rootDigest === undefined || expected === undefined || rootDigest === expected) return [];
    return [
      {
        code: 'CaRootsDiffer',
        severity: 'overridable',
        subject: `ConfigMap ${name}/istio-ca-root-cert`,
        message: `expected the root certificate of the istiod that serves namespace ${name} (${shorten(expected)}), found ${shorten(rootDigest)}`,
        remedy: `kubectl -n ${name} delete configmap istio-ca-root-cert (istiod writes it anew)`,
      },
    ];
  });
}

function rootOf(
  { controlPlanes }: MeshInventory,
  revision: string | undefined,
): string | undefined {
  return controlPlanes.find((plane) => plane.revision === revision)?.rootDigest;
}

function shorten(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, DIGEST_SHOWN);
}
