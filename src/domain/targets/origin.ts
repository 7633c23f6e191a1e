import type { OwningInstaller } from '../inventory/control-plane-detail.ts';
import { parseIstioVersion, type IstioVersion } from '../version/istio-version.ts';
import { refused } from './judge-step.ts';
import type { TargetReason, TargetsInput } from './target.ts';

/** From where any step of a mesh begins. */
export interface Origin {
  /** Absent when not one readable version runs. */
  readonly from?: IstioVersion;
  readonly installer: OwningInstaller;
  /** The revision of the only control plane. */
  readonly revision?: string;
  /** What stands in the way of any step from here. */
  readonly reasons: readonly TargetReason[];
}

/** A step begins at one control plane of a known version, whose own binary is there too. */
export function originOf({
  controlPlanes,
  meshNamespace,
  available,
  offers,
}: TargetsInput): Origin {
  const [only, ...others] = controlPlanes;
  if (only === undefined) {
    const message = `no istiod Deployment (label app=istiod) runs in namespace ${meshNamespace}`;
    const remedy = 'set meshNamespace of this cluster in meshlift.yaml to where istiod runs';
    return { installer: 'unknown', reasons: [refused('MeshNotFound', message, remedy)] };
  }
  const { installer, revision } = only;
  if (others.length > 0) {
    const found = controlPlanes.map(
      ({ revision, version }) => `${revision} at ${version ?? 'an unknown version'}`,
    );
    const message = `an upgrade begins at one control plane, found ${found.join(', ')}`;
    const remedy = 'finish or take back the upgrade that is under way';
    return { installer, reasons: [refused('MixedControlPlanes', message, remedy)] };
  }
  const from = only.version === undefined ? undefined : parseIstioVersion(only.version);
  if (from === undefined) {
    const message = `the image tag of revision ${revision} is not a version`;
    const remedy = `kubectl -n ${meshNamespace} get deployment -l app=istiod -o wide`;
    return {
      installer,
      revision,
      reasons: [{ code: 'UnsupportedInstallation', kind: 'unknown', message, remedy }],
    };
  }
  if (installer !== offers.installer || available.includes(from)) {
    return { from, installer, revision, reasons: [] };
  }
  const message = `${installer} ${from}, which made what runs now, is not configured; without it the way back cannot be proven`;
  const remedy = `add ${installer} ${from} with its sha256 to installers.${installer}.binaries in meshlift.yaml`;
  return {
    from,
    installer,
    revision,
    reasons: [refused('InstallerBinaryMissing', message, remedy)],
  };
}
