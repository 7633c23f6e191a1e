import type { Finding } from '../../finding.ts';
import { compareIstioVersions, parseIstioVersion } from '../../version/istio-version.ts';
import { MINIMUM_KUBERNETES } from '../../version/support-matrix.ts';
import type { PreflightFacts } from '../facts.ts';

/** The target's least Kubernetes version; keyed by patch, since it has changed in a patch release. */
export function checkKubernetesVersion({ mesh, target }: PreflightFacts): readonly Finding[] {
  const minimum = MINIMUM_KUBERNETES.find(({ since }) => {
    const parsed = parseIstioVersion(since);
    return parsed !== undefined && compareIstioVersions(target, parsed) >= 0;
  });
  const found = /^v?1\.(?<minor>\d+)/.exec(mesh.kubernetesVersion)?.groups?.['minor'];
  if (minimum === undefined || (found !== undefined && Number(found) >= minimum.minor)) return [];
  return [
    {
      code: 'KubernetesTooOld',
      severity: 'blocking',
      subject: mesh.cluster,
      message: `expected Kubernetes 1.${minimum.minor} or newer for Istio ${target}, found ${mesh.kubernetesVersion}`,
      remedy: 'upgrade the cluster first',
    },
  ];
}
