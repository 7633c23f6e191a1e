import type { Finding } from '../../finding.ts';
import type { ControlPlane } from '../../mesh/observed-mesh.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** A control plane must be one that meshlift knows how to upgrade. */
export const supportedInstallationRule: Rule = {
  documents: [
    {
      code: 'UnsupportedInstallation',
      severity: 'blocking',
      meaning:
        'the control plane was not installed by istioctl, runs an image whose tag is no version, or, for a canary, has no revision name.',
      remedy:
        'use the installer that owns it; a control plane without a revision is upgraded in place (`--strategy in-place`), or installed anew with one before a canary is possible.',
    },
  ],
  check: ({ mesh, inventory, strategy }) =>
    mesh.controlPlanes.flatMap((plane): Finding[] => {
      const owner = inventory.controlPlanes.find(({ revision }) => revision === plane.revision);
      const fault = faultOf(plane, owner?.installer ?? plane.installer, { mesh, strategy });
      if (fault === undefined) return [];
      return [
        {
          code: 'UnsupportedInstallation',
          severity: 'blocking',
          subject: `Deployment ${mesh.meshNamespace}/${plane.deployment}`,
          message: `expected a control plane with a revision, installed by istioctl, at a released version; found ${fault.found}`,
          remedy: fault.remedy,
        },
      ];
    }),
};

function faultOf(
  plane: ControlPlane,
  installer: string,
  { mesh, strategy }: Pick<PreflightFacts, 'mesh' | 'strategy'>,
): { readonly found: string; readonly remedy: string } | undefined {
  // The inventory tells more installers apart; where the two disagree, neither is to be believed.
  const other = [installer, plane.installer].find((each) => each !== 'istioctl');
  if (other !== undefined) {
    return {
      found: `one installed by ${other}`,
      remedy: 'upgrade it with the installer that owns it; meshlift supports istioctl today',
    };
  }
  if (strategy === 'canary' && plane.revision === 'default') {
    return {
      found: 'one without a revision',
      remedy: 'a canary upgrade needs a revision: reinstall with --revision, or upgrade in place',
    };
  }
  if (plane.version === undefined) {
    return {
      found: 'an image tag of container discovery that is not a version',
      remedy: `kubectl -n ${mesh.meshNamespace} get deployment ${plane.deployment} -o yaml`,
    };
  }
  return undefined;
}
