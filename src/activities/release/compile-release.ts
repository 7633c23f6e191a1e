import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { Finding } from '../../domain/finding.ts';
import type { CrdFacts } from '../../domain/inventory/crd-facts.ts';
import { interpretCrd } from '../../domain/inventory/interpret-crds.ts';
import type { PlannedObject } from '../../domain/planning/plan.ts';
import type { MeshInstaller, RenderedRelease } from '../../installers/installer.ts';
import { compareRelease, type ComparedRelease } from './compare-release.ts';
import { proveRecovered, recoverConfiguration, type RunningRelease } from './recover-release.ts';

/** The running release and the one that is wanted, rendered and compared with the cluster. */
export interface CompiledRelease {
  readonly release: RenderedRelease;
  readonly compared: ComparedRelease;
  /** The objects that are the running revision. */
  readonly old: readonly PlannedObject[];
  /** What the wanted release brings. */
  readonly targetCrds: readonly CrdFacts[];
  readonly findings: readonly Finding[];
}

/** Renders the wanted release as the running one is configured, and proves that this is read rightly. */
export async function compileRelease(
  access: ClusterAccess,
  installer: MeshInstaller,
  { from, to }: { readonly from: RunningRelease; readonly to: RunningRelease },
  signal: AbortSignal,
): Promise<CompiledRelease> {
  const configuration = await recoverConfiguration(access, installer, from, signal);
  const [proven, { release, compared }] = await Promise.all([
    proveRecovered(access, installer, { ...from, configuration }, signal),
    installer.render({ ...to, configuration }, signal).then(async (rendered) => ({
      release: rendered,
      compared: await compareRelease(access, rendered),
    })),
  ]);
  return {
    release,
    compared,
    old: proven.objects,
    targetCrds: release.objects
      .filter(({ object }) => object.kind === 'CustomResourceDefinition')
      .map(({ object }) => interpretCrd(object)),
    findings: [...proven.findings, ...compared.findings],
  };
}
