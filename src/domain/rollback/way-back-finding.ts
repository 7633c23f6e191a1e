import type { Finding } from '../finding.ts';
import type { Verdict } from '../health/verdict.ts';

/** Why the revision to which everything would return could not serve it; unknown counts as not able. */
export function factsAgainst({ status, conditions }: Verdict): readonly string[] {
  if (status === 'Healthy') return [];
  const unmet = conditions.filter((condition) => condition.status !== 'Healthy');
  return unmet.length === 0 ? ['nothing is known of it'] : unmet.map(({ message }) => message);
}

/** The same as a finding, which a person may accept. */
export function oldRevisionUnable(
  verdict: Verdict,
  { revision, cluster }: { readonly revision: string; readonly cluster: string },
): readonly Finding[] {
  const facts = factsAgainst(verdict);
  if (facts.length === 0) return [];
  return [
    {
      code: 'OldRevisionUnable',
      severity: 'overridable',
      subject: `revision ${revision}`,
      message: `expected the revision to which the mesh returns to be able to serve it, found: ${facts.join('; ')}`,
      remedy: `bring it back (kubectl get deployments -A -l app=istiod,istio.io/rev=${revision}), or go forward: meshlift inspect ${cluster}`,
    },
  ];
}
