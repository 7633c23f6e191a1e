import type { Finding } from '../../finding.ts';
import { currentControlPlanes, type PreflightFacts } from '../facts.ts';

/** The target is the only control plane, yet something still points elsewhere: not an upgrade's work. */
export function checkTargetInstalled(facts: PreflightFacts): readonly Finding[] {
  const { mesh, target, targetRevision } = facts;
  const atTarget = mesh.controlPlanes.find(({ revision }) => revision === targetRevision);
  if (atTarget === undefined || currentControlPlanes(facts).length > 0) return [];
  return [
    {
      code: 'TargetAlreadyInstalled',
      severity: 'blocking',
      subject: `Deployment ${mesh.meshNamespace}/${atTarget.deployment}`,
      message: `expected an older control plane to upgrade from, found only ${targetRevision} at ${atTarget.version ?? 'an unknown version'}, while some tags or proxies are not on ${target} yet`,
      remedy:
        'refresh the proxies (workflow refreshProxies), or move the tags with istioctl tag set',
    },
  ];
}
