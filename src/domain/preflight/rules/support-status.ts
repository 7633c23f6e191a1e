import type { Finding } from '../../finding.ts';
import { compareText } from '../../kubernetes-object.ts';
import { parseIstioVersion } from '../../version/istio-version.ts';
import { supportOf, versionFactsOf, type SupportStatus } from '../../version/version-facts.ts';
import { currentControlPlanes, type PreflightFacts, type Rule } from '../facts.ts';

/** How long the running version and the target get fixes; told, never a refusal. */
export const supportStatusRule: Rule = {
  documents: [
    {
      code: 'SupportStatus',
      severity: 'info',
      meaning:
        'how long the Istio project gives fixes for the running version and for the target, with the last day.',
      remedy: 'nothing; or choose a target whose support lasts longer.',
    },
  ],
  check: checkSupportStatus,
};

function checkSupportStatus(facts: PreflightFacts): readonly Finding[] {
  const running = currentControlPlanes(facts).flatMap(({ version }) =>
    version === undefined ? [] : [version],
  );
  return [...new Set([...running, facts.target])].sort(compareText).flatMap((text): Finding[] => {
    const version = parseIstioVersion(text);
    // An image tag that is no version is `UnsupportedInstallation`.
    if (version === undefined) return [];
    const role = version === facts.target ? 'target' : 'running version';
    const row = versionFactsOf(facts.versions, version);
    return [
      {
        code: 'SupportStatus',
        severity: 'info',
        subject: version,
        message: `expected support of the ${role} ${version}, found ${describe(supportOf(row, facts.today))}`,
        remedy:
          row === undefined ? 'add the minor to versions in meshlift.yaml' : `see ${row.source}`,
      },
    ];
  });
}

function describe(support: SupportStatus): string {
  switch (support.kind) {
    case 'supported':
      return `it supported until ${support.until}`;
    case 'ended':
      return `that it ended on ${support.on}`;
    case 'unknown':
      return `it unknown: ${support.why}`;
  }
}
