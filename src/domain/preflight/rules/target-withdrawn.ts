import type { Finding } from '../../finding.ts';
import { versionFactsOf } from '../../version/version-facts.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** A release that its makers, or the platform team, took back is not installed. */
export const targetWithdrawnRule: Rule = {
  documents: [
    {
      code: 'TargetWithdrawn',
      severity: 'blocking',
      meaning: 'the version table says that this release must not be installed, and why.',
      remedy: 'choose another release: `meshlift targets CLUSTER` lists them.',
    },
  ],
  check: checkTargetWithdrawn,
};

function checkTargetWithdrawn({ mesh, target, versions }: PreflightFacts): readonly Finding[] {
  const facts = versionFactsOf(versions, target);
  if (facts?.withdrawnBecause === undefined) return [];
  return [
    {
      code: 'TargetWithdrawn',
      severity: 'blocking',
      subject: target,
      message: `expected a release that may be installed, found ${target}, which was withdrawn: ${facts.withdrawnBecause} (${facts.source})`,
      remedy: `meshlift targets ${mesh.cluster}`,
    },
  ];
}
