import type { IstioVersion } from '../domain/version/istio-version.ts';
import type { MeshInstaller } from '../installers/installer.ts';
import { ActivityError } from './errors.ts';

type Digests = Pick<MeshInstaller, 'binaryDigest'>;

/** sha256 of the istioctl of each version, as a plan carries them. */
export async function binaryDigests(
  installer: Digests,
  versions: readonly IstioVersion[],
): Promise<Readonly<Record<string, string>>> {
  const digests = await Promise.all(
    versions.map(async (version) => [version, await installer.binaryDigest(version)] as const),
  );
  return Object.fromEntries(digests);
}

/**
 * The istioctl that a plan was made with stays the one of its run, whatever the configuration or the
 * place that binaries come from says meanwhile.
 */
export async function assertPlannedBinary(
  installer: Digests,
  plan: { readonly binaries: Readonly<Record<string, string>> },
  version: IstioVersion,
): Promise<void> {
  const planned = plan.binaries[version];
  const found = await installer.binaryDigest(version);
  if (planned === found) return;
  throw new ActivityError(
    'InstallerFailed',
    `istioctl ${version}: expected the binary that the plan was made with (${planned ?? 'none'}), found ${found}. Let installers.istioctl in meshlift.yaml supply the planned one again and retry the step, or roll back and make a new plan`,
  );
}
