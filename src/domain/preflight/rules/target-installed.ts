import type { Finding } from '../../finding.ts';
import type { ControlPlane } from '../../mesh/observed-mesh.ts';
import { currentControlPlanes, type PreflightFacts, type Rule } from '../facts.ts';

/** The target is the only control plane, yet something still points elsewhere: not an upgrade's work. */
export const targetInstalledRule: Rule = {
  documents: [
    {
      code: 'TargetAlreadyInstalled',
      severity: 'blocking',
      meaning:
        "the target's revision is the only control plane, yet some tags or proxies do not follow it.",
      remedy:
        'move the tags with `istioctl tag set` and restart the workloads that the finding names; there is no control plane left to upgrade.',
    },
  ],
  check: checkTargetInstalled,
};

function checkTargetInstalled(facts: PreflightFacts): readonly Finding[] {
  const { mesh, target, targetRevision, strategy } = facts;
  const atTarget = mesh.controlPlanes.find(({ revision }) => revision === targetRevision);
  if (atTarget === undefined || !isInstalled(facts, atTarget)) return [];
  return [
    {
      code: 'TargetAlreadyInstalled',
      severity: 'blocking',
      subject: `Deployment ${mesh.meshNamespace}/${atTarget.deployment}`,
      message: `expected ${strategy === 'canary' ? 'an older control plane to upgrade from' : `a control plane of another version than ${target}`}, found only ${targetRevision} at ${atTarget.version ?? 'an unknown version'}, while some tags or proxies are not on ${target} yet`,
      remedy:
        'refresh the proxies (workflow refreshProxies), or move the tags with istioctl tag set',
    },
  ];
}

/** The revision of that name, alone; in place a revision keeps its name, so that its version tells. */
function isInstalled(facts: PreflightFacts, { version }: ControlPlane): boolean {
  switch (facts.strategy) {
    case 'canary':
      return currentControlPlanes(facts).length === 0;
    case 'in-place':
      return version === facts.target;
  }
}
