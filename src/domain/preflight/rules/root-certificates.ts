import type { Finding } from '../../finding.ts';
import { NAMESPACE_ROOTS } from '../../inventory/namespace-detail.ts';
import { selectedRevision } from '../../mesh/select-revision.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** A proxy mounts the root certificate of its namespace: without it its pod does not start. */
export const rootCertificatesRule: Rule = {
  documents: [
    {
      code: 'RootCertificateMissing',
      severity: 'overridable',
      meaning:
        'a meshed namespace has no ConfigMap `istio-ca-root-cert`: new pods with a proxy wait for it and do not start.',
      remedy:
        'see that the discovery selectors of istiod cover the namespace, and that istiod may write ConfigMaps there.',
    },
  ],
  check: checkRoots,
};

function checkRoots({ mesh, inventory }: PreflightFacts): readonly Finding[] {
  // Not read is not missing: that is `FactUnknown`.
  if (inventory.unread.some(({ what }) => what === NAMESPACE_ROOTS)) return [];
  const meshed = new Set(
    mesh.namespaces
      .filter(({ selection }) => selectedRevision(selection) !== undefined)
      .map(({ name }) => name),
  );
  return inventory.namespaces
    .filter(({ name, rootDigest }) => meshed.has(name) && rootDigest === undefined)
    .map(({ name }) => ({
      code: 'RootCertificateMissing',
      severity: 'overridable',
      subject: `Namespace ${name}`,
      message: `expected ConfigMap istio-ca-root-cert with the root certificate in namespace ${name}, found none`,
      remedy: `kubectl -n ${name} get configmap istio-ca-root-cert; kubectl -n ${mesh.meshNamespace} logs -l app=istiod`,
    }));
}
