import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { digestText } from '../../clients/digest.ts';
import { driftFindings } from '../../domain/drift/drift-finding.ts';
import { featureFindings, nameFeatures } from '../../domain/drift/feature-findings.ts';
import type { Feature } from '../../domain/drift/features.ts';
import { forceAccepted } from '../../domain/drift/force-accepted.ts';
import type { Finding } from '../../domain/finding.ts';
import type { CrdFacts } from '../../domain/inventory/crd-facts.ts';
import { interpretCrd } from '../../domain/inventory/interpret-crds.ts';
import { formatRef, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { Direction } from '../../domain/planning/direction.ts';
import type { PlannedObject } from '../../domain/planning/plan.ts';
import type { Override } from '../../domain/request/request.ts';
import {
  COMPONENTS,
  type Component,
  type MeshInstaller,
  type RecoveredConfiguration,
  type RenderedRelease,
} from '../../installers/installer.ts';
import { lowerRelease } from '../downgrade/lower-release.ts';
import { isOfControlPlane } from '../../domain/mesh/is-of-control-plane.ts';
import { readDrift } from '../drift/read-drift.ts';
import { readFeatures } from '../drift/read-features.ts';
import { compareRelease, type ComparedObject } from './compare-release.ts';
import { proveRecovered, recoverConfiguration, type RunningRelease } from './recover-release.ts';

/** The running release and the one that is wanted, rendered and compared with the cluster. */
export interface CompiledRelease {
  readonly release: RenderedRelease;
  /** What applying the wanted release does, by component; what may be forced says so. */
  readonly compared: Readonly<Record<'base' | 'pilot', readonly PlannedObject[]>>;
  /** The objects that are the running revision. */
  readonly old: readonly PlannedObject[];
  /** The running release as its own version renders it. */
  readonly oldRender: readonly KubernetesObject[];
  /** Every object of the wanted release, as rendered, as it is and as it would be. */
  readonly objects: readonly ComparedObject[];
  readonly configuration: RecoveredConfiguration;
  /** What the wanted release brings. */
  readonly targetCrds: readonly CrdFacts[];
  readonly findings: readonly Finding[];
  /** What the running revision is configured with, field by field. */
  readonly features: readonly Feature[];
  /** The same in words, with the gateways, CNI and ztunnel beside it. */
  readonly featureNames: readonly string[];
}

export interface ReleaseRequest {
  readonly from: RunningRelease;
  readonly to: RunningRelease;
  /** Direct edits that are accepted are forced. */
  readonly overrides: readonly Override[];
  /** Down: without the CRDs, and with what stands in the way of the lower version. */
  readonly direction: Direction;
}

/** Renders the wanted release as the running one is configured, and proves that this is read rightly. */
export async function compileRelease(
  access: ClusterAccess,
  installer: MeshInstaller,
  { from, to, overrides, direction }: ReleaseRequest,
  signal: AbortSignal,
): Promise<CompiledRelease> {
  const configuration = await recoverConfiguration(access, installer, from, signal);
  const [proven, rendered] = await Promise.all([
    proveRecovered(access, installer, { ...from, configuration }, signal),
    installer.render({ ...to, configuration }, signal),
  ]);
  const { release, findings: lowered } =
    direction === 'down'
      ? await lowerRelease(access, installer, { from, to, configuration, rendered }, signal)
      : { release: rendered, findings: [] };
  const compared = await compareRelease(access, release);
  const oldRender = await renderBefore(installer, { ...from, configuration }, signal);
  const [drift, found] = await Promise.all([
    readDrift(access, compared.objects, oldRender),
    readFeatures(
      access,
      installer,
      {
        from,
        to,
        configuration,
        running: oldRender.filter(isOfControlPlane),
        wanted: rendered.objects.map(({ object }) => object).filter(isOfControlPlane),
      },
      signal,
    ),
  ]);
  const kept = new Set(
    compared.objects
      .filter(({ component }) => component === 'Base')
      .map(({ planned }) => formatRef(planned.ref)),
  );
  const edits = driftFindings(drift, digestText, (ref) => kept.has(formatRef(ref)));
  const unforced = compared.objects.map(({ planned }) => planned);
  const planned = forceAccepted(unforced, edits, overrides);
  const plannedOf = (component: Component): readonly PlannedObject[] =>
    planned.filter((_each, index) => compared.objects[index]?.component === component);
  return {
    release,
    compared: { base: plannedOf('Base'), pilot: plannedOf('Pilot') },
    old: proven.objects,
    oldRender,
    objects: compared.objects,
    configuration,
    targetCrds: rendered.objects
      .filter(({ object }) => object.kind === 'CustomResourceDefinition')
      .map(({ object }) => interpretCrd(object)),
    findings: [
      ...proven.findings.filter((finding) => !isToldByDrift(finding, compared.objects)),
      ...lowered,
      ...compared.findings,
      ...edits,
      ...featureFindings(found.features, { target: to.version, digest: digestText }),
    ],
    features: found.features,
    featureNames: nameFeatures(found.features, found.components),
  };
}

/** One component at a time, as they are rendered elsewhere: what is remembered is not rendered again. */
async function renderBefore(
  installer: MeshInstaller,
  running: RunningRelease & { readonly configuration: RecoveredConfiguration },
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const releases = await Promise.all(
    COMPONENTS.map((component) =>
      installer.render({ ...running, components: [component] }, signal),
    ),
  );
  return releases.flatMap(({ objects }) => objects.map(({ object }) => object));
}

/**
 * What is not as the running version renders it is drift where the same object is applied over it,
 * and the drift says what becomes of it. Of another object the question stays whether that one gets it.
 */
function isToldByDrift({ code, subject }: Finding, objects: readonly ComparedObject[]): boolean {
  if (code !== 'ValuesNotRecovered') return false;
  return objects.some(({ planned: { ref } }) => {
    const name = formatRef(ref);
    return subject === name || subject.startsWith(`${name} `);
  });
}
