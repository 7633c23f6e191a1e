import { compareText } from '../kubernetes-object.ts';
import { DEFAULT_TAG, INJECTION_LABEL, REVISION_LABEL } from '../mesh/istio-labels.ts';
import type { ObservedMesh, ObservedNamespace, ObservedWorkload } from '../mesh/observed-mesh.ts';
import type { PodSelections } from './pod-selections.ts';
import { splitFirst } from './split-first.ts';
import type { NamespaceMove, TagMove, WaveWorkload } from './step.ts';
import { orderWaves, type WaveOptions } from './wave-order.ts';

/** What moves together: the namespaces of one tag, one namespace, or several by their own labels. */
export interface WaveContent {
  readonly namespaces: readonly string[];
  /** Those of them that select nothing: there only pods with a label or a proxy of their own move. */
  readonly podLabelled?: readonly string[];
  readonly tagMoves: readonly TagMove[];
  readonly namespaceMoves: readonly NamespaceMove[];
  readonly workloads: readonly WaveWorkload[];
  /** `first`: these move the selectors of all, and the wave after it restarts the others, `rest`. */
  readonly part?: 'first' | 'rest';
}

export interface Movement {
  readonly from: string;
  readonly to: string;
}

interface Scene {
  readonly mesh: ObservedMesh;
  readonly movement: Movement;
  readonly podSelections: PodSelections;
  readonly byHand: ReadonlySet<string>;
}

/**
 * The waves that bring every namespace, and every pod that chooses by itself, from one revision to
 * another; the same for any order of reading. What follows the tag `default` by its pods moves last.
 */
export function buildWaves(
  mesh: ObservedMesh,
  movement: Movement,
  options: WaveOptions,
): readonly WaveContent[] {
  const { podSelections = new Map(), byHand = new Set() } = options;
  const scene: Scene = { mesh, movement, podSelections, byHand };
  const byTag = mesh.tags
    .filter(({ tag, revision }) => tag !== DEFAULT_TAG && revision === movement.from)
    .flatMap((tag) => wavesOfTag(scene, tag));
  const byLabel = mesh.namespaces.flatMap((namespace): WaveContent[] => {
    const move = namespaceMove(namespace, movement);
    if (move !== undefined) {
      const workloads = mesh.workloads.filter((each) => each.namespace === namespace.name);
      return [waveOf([namespace.name], workloads, { namespaceMoves: [move] })];
    }
    return wavesOfPods(scene, namespace.name);
  });
  const last = mesh.tags
    .filter(({ tag, revision }) => tag === DEFAULT_TAG && revision === movement.from)
    .flatMap((tag) => wavesOfTag(scene, tag));
  const first = new Set(options.policy.first);
  return [...orderWaves(byTag, byLabel, options), ...last].flatMap((wave) =>
    splitFirst(wave, first),
  );
}

/** The namespaces whose label names the tag, and the pods of others whose own label does. */
function wavesOfTag(
  { mesh, movement, podSelections }: Scene,
  { tag, webhook }: ObservedMesh['tags'][number],
): readonly WaveContent[] {
  // What follows the default by its namespace moves earlier, by a label that it has for a while.
  const selecting = mesh.namespaces
    .filter(
      ({ selection }) => tag !== DEFAULT_TAG && selection.kind === 'tag' && selection.tag === tag,
    )
    .map(({ name }) => name)
    .toSorted(compareText);
  const followers = mesh.workloads.filter(({ uid }) => {
    const selection = podSelections.get(uid);
    return selection?.kind === 'tag' && selection.tag === tag;
  });
  if (selecting.length + followers.length === 0) return [];
  const tagMoves = [{ tag, webhook, ...movement }];
  const workloads = mesh.workloads.filter(({ namespace }) => selecting.includes(namespace));
  return [
    waveOf(selecting, [...workloads, ...followers], { podLabelled: placesOf(followers), tagMoves }),
  ];
}

/**
 * What moves by itself in a namespace that moves by nothing: pods whose own label names the revision,
 * and workloads of it that were injected by hand, where no webhook injects them anew.
 */
function wavesOfPods(
  { mesh, movement, podSelections, byHand }: Scene,
  name: string,
): WaveContent[] {
  const workloads = mesh.workloads
    .filter(({ namespace }) => namespace === name)
    .flatMap((workload) => {
      const { uid, podsByRevision } = workload;
      if (byHand.has(uid)) {
        const isHere = (podsByRevision[movement.from] ?? 0) > 0;
        return isHere && podSelections.get(uid)?.kind !== 'tag' ? [workload] : [];
      }
      const selection = podSelections.get(uid);
      return selection?.kind === 'revision' ? [{ ...workload, revisionLabel: movement }] : [];
    });
  return workloads.length === 0 ? [] : [waveOf([], workloads, { podLabelled: [name] })];
}

function waveOf(
  selecting: readonly string[],
  workloads: readonly (ObservedWorkload & Pick<WaveWorkload, 'revisionLabel'>)[],
  { podLabelled = [], tagMoves = [], namespaceMoves = [] }: Partial<WaveContent>,
): WaveContent {
  return {
    namespaces: [...selecting, ...podLabelled],
    ...(podLabelled.length === 0 ? {} : { podLabelled }),
    tagMoves,
    namespaceMoves,
    workloads: workloads.map(toWaveWorkload).toSorted(byPlace),
  };
}

function toWaveWorkload({
  kind,
  namespace,
  name,
  uid,
  revisionLabel,
}: ObservedWorkload & Pick<WaveWorkload, 'revisionLabel'>): WaveWorkload {
  return { kind, namespace, name, uid, ...(revisionLabel === undefined ? {} : { revisionLabel }) };
}

function byPlace(a: WaveWorkload, b: WaveWorkload): number {
  return (
    compareText(a.namespace, b.namespace) ||
    compareText(a.kind, b.kind) ||
    compareText(a.name, b.name)
  );
}

function placesOf(workloads: readonly ObservedWorkload[]): readonly string[] {
  return [...new Set(workloads.map(({ namespace }) => namespace))].toSorted(compareText);
}

/** The patch that points a namespace at the new revision, where its own label has to change. */
function namespaceMove(
  { name, uid, labels, selection }: ObservedNamespace,
  { from, to }: Movement,
): NamespaceMove | undefined {
  const prior = {
    [INJECTION_LABEL]: labels[INJECTION_LABEL] ?? null,
    [REVISION_LABEL]: labels[REVISION_LABEL] ?? null,
  };
  // One patch for both labels: with both set, istio-injection would win (istio-facts section 3).
  const next = { [INJECTION_LABEL]: null, [REVISION_LABEL]: to };
  const moves =
    (selection.kind === 'revision' && selection.revision === from) ||
    (byDefault(selection) && 'revision' in selection && selection.revision === from);
  return moves ? { namespace: name, uid, prior, next } : undefined;
}

/** Follows the default: by `istio-injection=enabled`, or by the tag `default` named in `istio.io/rev`. */
function byDefault(selection: ObservedNamespace['selection']): boolean {
  return (
    selection.kind === 'injection-label' ||
    (selection.kind === 'tag' && selection.tag === DEFAULT_TAG)
  );
}

/** Once the default has moved, the owners' labels mean the new revision: they are put back. */
export function buildLabelRestoration(
  mesh: ObservedMesh,
  waves: readonly WaveContent[],
): readonly NamespaceMove[] {
  const followers = new Set(
    mesh.namespaces.filter(({ selection }) => byDefault(selection)).map(({ name }) => name),
  );
  return waves
    .flatMap(({ namespaceMoves }) => namespaceMoves)
    .filter(({ namespace }) => followers.has(namespace))
    .map(({ namespace, uid, prior, next }) => ({ namespace, uid, prior: next, next: prior }))
    .toSorted((a, b) => compareText(a.namespace, b.namespace));
}

/** Tags that no wave moves: the default, and those that nothing uses. They would dangle. */
export function buildRemainingTagMoves(
  mesh: ObservedMesh,
  waves: readonly WaveContent[],
  { from, to }: Movement,
): readonly TagMove[] {
  const moved = new Set(waves.flatMap(({ tagMoves }) => tagMoves.map(({ tag }) => tag)));
  return mesh.tags
    .filter(({ tag, revision }) => revision === from && !moved.has(tag))
    .map(({ tag, webhook }) => ({ tag, webhook, from, to }))
    .toSorted((a, b) => compareText(a.tag, b.tag));
}
