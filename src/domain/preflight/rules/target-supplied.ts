import type { Finding } from '../../finding.ts';
import { compareIstioVersions } from '../../version/istio-version.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** The installer must have the very version: its binary renders the release and sets the image tags. */
export const targetSuppliedRule: Rule = {
  documents: [
    {
      code: 'TargetUnknown',
      severity: 'blocking',
      meaning:
        "there is no istioctl of the target version; only that version's own binary may render it.",
      remedy: 'add it, with its sha256, to `installers.istioctl.binaries` in `meshlift.yaml`.',
    },
  ],
  check: checkTargetSupplied,
};

function checkTargetSupplied({ target, available }: PreflightFacts): readonly Finding[] {
  if (available.includes(target)) return [];
  const newest = available.at(-1);
  const tooNew = newest !== undefined && compareIstioVersions(target, newest) > 0;
  return [
    {
      code: 'TargetUnknown',
      severity: 'blocking',
      subject: target,
      message: `expected one of the versions that the installer has (${available.join(', ') || 'none'}), found ${target}${tooNew ? ', which is newer than all of them' : ''}`,
      remedy: `add istioctl ${target} with its sha256 to installers.istioctl.binaries in meshlift.yaml`,
    },
  ];
}
