import type { Finding } from '../../finding.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** A CRD cannot lose a version in which objects may lie in etcd. */
export const storedVersionsRule: Rule = {
  documents: [
    {
      code: 'StoredVersionMissing',
      severity: 'blocking',
      meaning:
        "objects of a CRD may be stored in a version (`status.storedVersions`) that the target's CRD does not have: the API server would refuse that CRD, or the objects could not be read. Of a downgrade the finding names the objects.",
      remedy:
        'write every object of it anew in a version that both have, then take the old one out of `status.storedVersions`; or choose another target.',
    },
  ],
  check: checkStoredVersions,
};

function checkStoredVersions({
  inventory,
  targetCrds,
  target,
  direction,
}: PreflightFacts): readonly Finding[] {
  // A downgrade brings no CRDs, and looks at the objects themselves.
  if (direction === 'down') return [];
  if (inventory.crds.kind === 'unknown' || targetCrds === undefined) return [];
  const brought = new Map(targetCrds.map((crd) => [crd.name, [...crd.served, crd.storage]]));
  return inventory.crds.value.flatMap(({ name, stored }): Finding[] => {
    const versions = brought.get(name);
    // A CRD that the target does not bring stays as it is.
    const lost = versions === undefined ? [] : stored.filter((each) => !versions.includes(each));
    if (versions === undefined || lost.length === 0) return [];
    return [
      {
        code: 'StoredVersionMissing',
        severity: 'blocking',
        subject: `CustomResourceDefinition ${name}`,
        message: `expected Istio ${target} to have every stored version of ${name}, found ${lost.join(', ')} stored, while it has ${[...new Set(versions)].join(', ')}`,
        remedy: `kubectl get crd ${name} -o jsonpath={.status.storedVersions}`,
      },
    ];
  });
}
