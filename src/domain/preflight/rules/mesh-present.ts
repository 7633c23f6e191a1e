import type { Finding } from '../../finding.ts';
import type { PreflightFacts } from '../facts.ts';

/** There must be one control plane that meshlift knows how to upgrade by canary. */
export function checkMeshPresent({ mesh }: PreflightFacts): readonly Finding[] {
  const where = `namespace ${mesh.meshNamespace}`;
  if (mesh.controlPlanes.length === 0) {
    return [
      {
        code: 'MeshNotFound',
        severity: 'blocking',
        subject: where,
        message: `expected an istiod Deployment (label app=istiod) in ${where}, found none`,
        remedy: 'set meshNamespace of this cluster in meshlift.yaml to where istiod runs',
      },
    ];
  }
  return mesh.controlPlanes.flatMap((plane): Finding[] => {
    const subject = `Deployment ${mesh.meshNamespace}/${plane.deployment}`;
    const unsupported = (found: string, remedy: string): Finding => ({
      code: 'UnsupportedInstallation',
      severity: 'blocking',
      subject,
      message: `expected a control plane with a revision, installed by istioctl, at a released version; found ${found}`,
      remedy,
    });
    if (plane.installer !== 'istioctl') {
      return [
        unsupported(
          `one installed by ${plane.installer}`,
          'upgrade it with the installer that owns it; meshlift supports istioctl today',
        ),
      ];
    }
    if (plane.revision === 'default') {
      return [
        unsupported(
          'one without a revision',
          'a canary upgrade needs a revision: reinstall with --revision, or upgrade in place',
        ),
      ];
    }
    if (plane.version === undefined) {
      return [
        unsupported(
          'an image tag of container discovery that is not a version',
          `kubectl -n ${mesh.meshNamespace} get deployment ${plane.deployment} -o yaml`,
        ),
      ];
    }
    return [];
  });
}
