import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { COMPONENT_LABEL, REVISION_LABEL } from '../../domain/mesh/istio-labels.ts';
import type { Finding } from '../../domain/finding.ts';
import { formatRef, refOf, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { PlannedObject } from '../../domain/planning/plan.ts';
import type { IstioVersion } from '../../domain/version/istio-version.ts';
import type { MeshInstaller, RecoveredConfiguration } from '../../installers/installer.ts';
import { compareWithLive } from '../../installers/istioctl/compare-with-live.ts';
import { recoverySourceRefs } from '../../installers/istioctl/recovery-sources.ts';

export interface RunningRelease {
  readonly revision: string;
  readonly version: IstioVersion;
  readonly meshNamespace: string;
}

export interface ProvenRelease {
  /** The objects that are this revision: rendered by its own istioctl and live. */
  readonly objects: readonly PlannedObject[];
  readonly findings: readonly Finding[];
}

/** Reads back how a running revision was configured; its own version's istioctl must be there. */
export async function recoverConfiguration(
  { installer: kubernetes }: ClusterAccess,
  installer: MeshInstaller,
  running: RunningRelease,
  signal: AbortSignal,
): Promise<RecoveredConfiguration> {
  const sources = await Promise.all(
    recoverySourceRefs(running.revision, running.meshNamespace).map((ref) => kubernetes.get(ref)),
  );
  return installer.recoverConfiguration(
    { ...running, live: sources.filter((found) => found !== undefined) },
    signal,
  );
}

/**
 * Proves what was read back: the running version's istioctl renders it again, and what does not come
 * back as it is in the cluster is a finding.
 */
export async function proveRecovered(
  access: ClusterAccess,
  installer: MeshInstaller,
  running: RunningRelease & { readonly configuration: RecoveredConfiguration },
  signal: AbortSignal,
): Promise<ProvenRelease> {
  const release = await installer.render({ ...running, components: ['Pilot'] }, signal);
  const compared = await Promise.all(
    release.objects.map(async ({ object }) => ({
      object,
      live: await access.installer.get(refOf(object)),
    })),
  );
  return {
    objects: compared.flatMap(({ live }) => (live === undefined ? [] : planned(live, running))),
    findings: [
      ...compared.flatMap(({ object, live }) => notRecovered(object, live)),
      ...[...running.configuration.unknowns, ...release.warnings].map((unknown) =>
        unknownValue(unknown, running),
      ),
    ],
  };
}

/** Only what carries the revision's own marks may ever be removed as part of it. */
function planned(live: KubernetesObject, { revision }: RunningRelease): readonly PlannedObject[] {
  const { labels, uid } = live.metadata;
  const isPart = labels?.[REVISION_LABEL] === revision && labels[COMPONENT_LABEL] === 'Pilot';
  return isPart && uid !== undefined ? [{ ref: refOf(live), action: 'delete', uid }] : [];
}

function notRecovered(object: KubernetesObject, live: KubernetesObject | undefined): Finding[] {
  const subject = formatRef(refOf(object));
  if (live === undefined) {
    return [
      {
        code: 'ValuesNotRecovered',
        severity: 'info',
        subject,
        message: `the running version's istioctl renders ${subject}, which is not in the cluster; the new revision gets one`,
        remedy: 'nothing, unless it was left out on purpose',
      },
    ];
  }
  return compareWithLive(object, live).map(({ path, rendered, live: found }) => ({
    code: 'ValuesNotRecovered',
    severity: 'overridable',
    subject: `${subject} ${path}`,
    message: `expected the recovered configuration to give ${JSON.stringify(found)} as in the cluster, found ${JSON.stringify(rendered)}: the new revision would get the latter`,
    remedy:
      'set it through istioctl install on the running revision, or accept it with an override',
  }));
}

function unknownValue(unknown: string, { revision, meshNamespace }: RunningRelease): Finding {
  return {
    code: 'ValuesNotRecovered',
    severity: 'info',
    subject: `revision ${revision} in ${meshNamespace}: ${unknown}`,
    message: `cannot be known from the cluster: ${unknown}`,
    remedy: 'compare it with how the mesh was installed',
  };
}

/** Without the running version's own istioctl nothing about its configuration can be proven. */
export function binaryMissing({ version, revision }: RunningRelease): Finding {
  return {
    code: 'InstallerBinaryMissing',
    severity: 'blocking',
    subject: version,
    message: `expected istioctl ${version}, the version of the running revision ${revision}, to prove how it is configured; found none`,
    remedy: `add istioctl ${version} with its sha256 to installers.istioctl.binaries in meshlift.yaml`,
  };
}
