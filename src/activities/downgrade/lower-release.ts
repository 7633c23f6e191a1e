import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { readCrdShape } from '../../domain/downgrade/crd-shape.ts';
import {
  crdsKept,
  crdsUnread,
  settingsRefused,
} from '../../domain/downgrade/downgrade-findings.ts';
import { gapFindings } from '../../domain/downgrade/gap-findings.ts';
import type { Finding } from '../../domain/finding.ts';
import type {
  MeshInstaller,
  RecoveredConfiguration,
  RenderedRelease,
} from '../../installers/installer.ts';
import type { RunningRelease } from '../release/recover-release.ts';
import { keepNewerBase } from './keep-newer-base.ts';
import { readGaps } from './read-gaps.ts';

export interface LoweredRelease {
  /** Without what stays as the newer release made it. */
  readonly release: RenderedRelease;
  /** Why the lower release could not take over what is there, each with its objects. */
  readonly findings: readonly Finding[];
}

export interface LowerRequest {
  readonly from: RunningRelease;
  readonly to: RunningRelease;
  readonly configuration: RecoveredConfiguration;
  /** The whole lower release, with its CRDs. */
  readonly rendered: RenderedRelease;
}

/** What of a lower release is brought in a downgrade, and what stands in its way. Reads only. */
export async function lowerRelease(
  access: ClusterAccess,
  installer: MeshInstaller,
  { from, to, configuration, rendered }: LowerRequest,
  signal: AbortSignal,
): Promise<LoweredRelease> {
  const crds = rendered.objects
    .map(({ object }) => object)
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .map(readCrdShape);
  const [gaps, release, running] = await Promise.all([
    readGaps(access.installer, crds),
    keepNewerBase(access, rendered),
    installer.render({ ...from, configuration, components: ['Pilot'] }, signal),
  ]);
  const said = rendered.warnings.filter((warning) => !running.warnings.includes(warning));
  const target = to.version;
  return {
    release,
    findings: [
      ...(gaps.kind === 'unknown'
        ? [crdsUnread(gaps.why)]
        : [
            ...gaps.value.flatMap((gap) => gapFindings(gap, target)),
            crdsKept({ running: from.version, target, count: crds.length }),
          ]),
      ...settingsRefused(target, said),
    ],
  };
}
