import type { Finding } from '../../finding.ts';
import { currentControlPlanes, type PreflightFacts, type Rule } from '../facts.ts';

/** An upgrade begins from one revision; at most two may stand side by side. */
export const singleSourceRule: Rule = {
  documents: [
    {
      code: 'MixedControlPlanes',
      severity: 'blocking',
      meaning:
        'more than one control plane beside the target runs, so it is not clear which one the upgrade begins from.',
      remedy: 'finish or take back what somebody began, until one revision is left.',
    },
    {
      code: 'TargetRevisionPresent',
      severity: 'blocking',
      meaning:
        "a control plane with the target's revision name stands beside the running one already.",
      remedy: 'finish or take back the upgrade that somebody began.',
    },
  ],
  check: (facts) => [...checkOneSource(facts), ...checkTargetAbsent(facts)],
};

function checkOneSource(facts: PreflightFacts): readonly Finding[] {
  const current = currentControlPlanes(facts);
  if (current.length <= 1) return [];
  return [
    {
      code: 'MixedControlPlanes',
      severity: 'blocking',
      subject: `namespace ${facts.mesh.meshNamespace}`,
      message: `expected one control plane to upgrade from, found ${current.map(({ revision }) => revision).join(', ')}`,
      remedy: 'finish or take back the upgrade that is under way, so that one revision is left',
    },
  ];
}

function checkTargetAbsent(facts: PreflightFacts): readonly Finding[] {
  const { mesh, targetRevision, target, strategy } = facts;
  const current = currentControlPlanes(facts);
  const atTarget = mesh.controlPlanes.find(({ revision }) => revision === targetRevision);
  if (strategy !== 'canary' || current.length === 0 || atTarget === undefined) return [];
  return [
    {
      code: 'TargetRevisionPresent',
      severity: 'blocking',
      subject: `Deployment ${mesh.meshNamespace}/${atTarget.deployment}`,
      message: `expected no revision ${targetRevision} yet, found one at ${atTarget.version ?? 'an unknown version'} beside ${current.map(({ revision }) => revision).join(', ')}`,
      remedy: `finish or take back the upgrade to ${target} that somebody began`,
    },
  ];
}
