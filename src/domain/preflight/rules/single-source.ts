import type { Finding } from '../../finding.ts';
import { currentControlPlanes, type PreflightFacts } from '../facts.ts';

/** An upgrade begins from one revision; at most two may stand side by side. */
export function checkSingleSource(facts: PreflightFacts): readonly Finding[] {
  const { mesh, targetRevision, target } = facts;
  const current = currentControlPlanes(facts);
  const atTarget = mesh.controlPlanes.find(({ revision }) => revision === targetRevision);
  const findings: Finding[] = [];
  if (current.length > 1) {
    findings.push({
      code: 'MixedControlPlanes',
      severity: 'blocking',
      subject: `namespace ${mesh.meshNamespace}`,
      message: `expected one control plane to upgrade from, found ${current.map(({ revision }) => revision).join(', ')}`,
      remedy: 'finish or take back the upgrade that is under way, so that one revision is left',
    });
  }
  if (current.length > 0 && atTarget !== undefined) {
    findings.push({
      code: 'TargetRevisionPresent',
      severity: 'blocking',
      subject: `Deployment ${mesh.meshNamespace}/${atTarget.deployment}`,
      message: `expected no revision ${targetRevision} yet, found one at ${atTarget.version ?? 'an unknown version'} beside ${current.map(({ revision }) => revision).join(', ')}`,
      remedy: `finish or take back the upgrade to ${target} that somebody began`,
    });
  }
  return findings;
}
