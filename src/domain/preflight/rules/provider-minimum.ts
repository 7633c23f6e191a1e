import type { Finding } from '../../finding.ts';
import { minimumOn } from '../../targets/provider-minimums.ts';
import { compareIstioVersions, parseIstioVersion } from '../../version/istio-version.ts';
import { currentControlPlanes, type PreflightFacts, type Rule } from '../facts.ts';

/** A provider may upgrade what is very old by itself alone. */
export const providerMinimumRule: Rule = {
  documents: [
    {
      code: 'BelowProviderMinimum',
      severity: 'blocking',
      meaning:
        'the running version is older than what the provider of the cluster lets its users upgrade in place by themselves.',
      remedy: 'ask the provider to upgrade it, as the finding says.',
    },
  ],
  check: checkMinimum,
};

function checkMinimum(facts: PreflightFacts): readonly Finding[] {
  const { mesh, strategy } = facts;
  const provider = minimumOn(mesh.kubernetesVersion);
  if (strategy !== 'in-place' || provider === undefined) return [];
  const { name, minimum, below, source } = provider;
  return currentControlPlanes(facts).flatMap(({ version, deployment }): readonly Finding[] => {
    const [running, least] = [version ?? '', minimum].map(parseIstioVersion);
    if (running === undefined || least === undefined) return [];
    if (compareIstioVersions(running, least) >= 0) return [];
    return [
      {
        code: 'BelowProviderMinimum',
        severity: 'blocking',
        subject: `Deployment ${mesh.meshNamespace}/${deployment}`,
        message: `expected Istio ${minimum} or newer on ${name}, found ${running} (${source})`,
        remedy: below,
      },
    ];
  });
}
