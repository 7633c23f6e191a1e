import type { ClusterAccess } from '../../../clients/cluster-access.ts';
import type { ManualInjection } from '../../../config/config.ts';
import type { Finding } from '../../../domain/finding.ts';
import type { KubernetesObject } from '../../../domain/kubernetes-object.ts';
import type { WorkloadRef } from '../../../domain/mesh/observed-mesh.ts';
import type { InjectTreatment } from '../../../domain/restart/manual/inject-treatment.ts';
import type { MeshInstaller } from '../../../installers/installer.ts';
import type { RunningRelease } from '../../release/recover-release.ts';
import {
  collectOriginals,
  manifestUnreadable,
  type CollectedOriginals,
  type FoundManifest,
} from './collect-originals.ts';
import { injectManifests, type InjectedTemplate } from './inject-manifests.ts';
import {
  digestGiven,
  injectorConfiguration,
  injectorSources,
  readGiven,
  type GivenConfiguration,
} from './injector-configuration.ts';
import { planOne, type PlannedInjection, type RenderedManifest } from './plan-one.ts';
import { UnreadableOriginals } from './read-originals.ts';

/** What becomes of the workloads that were injected by hand. */
export interface InjectionPlan {
  /** By uid. */
  readonly treatments: ReadonlyMap<string, InjectTreatment>;
  /** Those that cannot be injected again, by uid, with the reason. */
  readonly refused: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

export interface InjectionRequest {
  /** Absent: no manifests were given. */
  readonly given: ManualInjection | undefined;
  /** The workloads that were injected by hand. */
  readonly workloads: readonly WorkloadRef[];
  /** Those of them that a new pod template would not move, by uid, with the reason. */
  readonly stuck: ReadonlyMap<string, string>;
  /** Absent where nothing can be rendered: then manifests are only looked for. */
  readonly releases?: InjectingReleases;
}

export interface InjectingReleases {
  readonly source: RunningRelease;
  readonly target: RunningRelease;
  /** The objects of the target's release, as they are rendered. */
  readonly objects: readonly KubernetesObject[];
}

/**
 * Finds the originals, renders them with the injectors of the target and of the running revision, and
 * asks the server, in dry runs, what the first makes of the live object and whether the second is what
 * is there. Nothing is written.
 */
export async function planInjection(
  access: ClusterAccess,
  installer: Pick<MeshInstaller, 'inject'>,
  { given, workloads, stuck, releases }: InjectionRequest,
  signal: AbortSignal,
): Promise<InjectionPlan> {
  const collected = collectMovable(given, workloads, stuck);
  const { found } = collected;
  if (given === undefined || releases === undefined || found.length === 0) {
    return { ...collected, treatments: new Map() };
  }
  try {
    const texts = readGiven(given);
    const rendered = await renderAll(access, installer, { ...releases, found, texts }, signal);
    const movement = { from: releases.source.revision, to: releases.target.revision };
    const planned = await inTurns(rendered, (each) => planOne(access.worker, each, movement));
    return toPlan(collected, planned);
  } catch (error) {
    if (!(error instanceof UnreadableOriginals)) throw error;
    return { ...collected, treatments: new Map(), findings: [manifestUnreadable(error)] };
  }
}

function collectMovable(
  given: ManualInjection | undefined,
  workloads: readonly WorkloadRef[],
  stuck: ReadonlyMap<string, string>,
): CollectedOriginals {
  const movable = workloads.filter(({ uid }) => !stuck.has(uid));
  const { found, refused, findings } = collectOriginals(given, movable);
  return { found, refused: new Map([...refused, ...stuck]), findings };
}

function toPlan(
  { refused, findings }: CollectedOriginals,
  planned: readonly PlannedInjection[],
): InjectionPlan {
  const treatments = new Map<string, InjectTreatment>();
  const reasons = new Map(refused);
  for (const each of planned) {
    if (each.kind === 'planned') treatments.set(each.uid, each.treatment);
    else reasons.set(each.uid, each.because);
  }
  const edits = planned.flatMap((each) => (each.kind === 'planned' ? each.findings : []));
  return { treatments, refused: reasons, findings: [...findings, ...edits] };
}

interface Rendering extends InjectingReleases {
  readonly found: readonly FoundManifest[];
  readonly texts: GivenConfiguration;
}

async function renderAll(
  access: ClusterAccess,
  installer: Pick<MeshInstaller, 'inject'>,
  { found, texts, source, target, objects }: Rendering,
  signal: AbortSignal,
): Promise<readonly RenderedManifest[]> {
  const live = await Promise.all(
    injectorSources(source.revision, source.meshNamespace).map((ref) => access.installer.get(ref)),
  );
  const inject = (
    release: RunningRelease,
    sources: readonly KubernetesObject[],
  ): Promise<readonly InjectedTemplate[]> => {
    const injector = injectorConfiguration(sources, { revision: release.revision, given: texts });
    const manifests = found.map(({ manifest }) => manifest);
    return injectManifests(installer, { ...release, injector, manifests }, signal);
  };
  const [fromTarget, fromSource] = await Promise.all([
    inject(target, objects),
    inject(
      source,
      live.filter((each) => each !== undefined),
    ),
  ]);
  const files = digestGiven(texts);
  return found.flatMap((each, index): RenderedManifest[] => {
    const [next, before] = [fromTarget[index], fromSource[index]];
    if (next === undefined || before === undefined) return [];
    return [{ ...each, target: next, source: before, ...(files === undefined ? {} : { files }) }];
  });
}

/** As many at once as a client may have open to one server without queueing there. */
const AT_ONCE = 10;

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(work))));
  }
  return results;
}
