import { compareText } from '../kubernetes-object.ts';
import { DEFAULT_TAG, INJECTION_LABEL, REVISION_LABEL } from '../mesh/istio-labels.ts';
import type { ObservedMesh, ObservedNamespace, WorkloadRef } from '../mesh/observed-mesh.ts';
import type { NamespaceMove, TagMove } from './step.ts';
import { orderWaves, type WaveOptions } from './wave-order.ts';

/** What moves together: the namespaces of one tag, one namespace, or several by their own labels. */
export interface WaveContent {
  readonly namespaces: readonly string[];
  readonly tagMoves: readonly TagMove[];
  readonly namespaceMoves: readonly NamespaceMove[];
  readonly workloads: readonly WorkloadRef[];
}

export interface Movement {
  readonly from: string;
  readonly to: string;
}

/** The waves that bring every namespace from one revision to another; the same for any order of reading. */
export function buildWaves(
  mesh: ObservedMesh,
  movement: Movement,
  options: WaveOptions,
): readonly WaveContent[] {
  const byTag = mesh.tags
    .filter(({ tag, revision }) => tag !== DEFAULT_TAG && revision === movement.from)
    .flatMap((tag): WaveContent[] => {
      const namespaces = mesh.namespaces
        .filter(({ selection }) => selection.kind === 'tag' && selection.tag === tag.tag)
        .map(({ name }) => name)
        .toSorted(compareText);
      if (namespaces.length === 0) return [];
      const move = { tag: tag.tag, webhook: tag.webhook, ...movement };
      return [waveOf(mesh, namespaces, [move], [])];
    });
  const byLabel = mesh.namespaces.flatMap((namespace): WaveContent[] => {
    const move = namespaceMove(namespace, movement);
    return move === undefined ? [] : [waveOf(mesh, [namespace.name], [], [move])];
  });
  return orderWaves(byTag, byLabel, options);
}

function waveOf(
  mesh: ObservedMesh,
  namespaces: readonly string[],
  tagMoves: readonly TagMove[],
  namespaceMoves: readonly NamespaceMove[],
): WaveContent {
  const workloads = mesh.workloads
    .filter(({ namespace }) => namespaces.includes(namespace))
    .map(({ kind, namespace, name, uid }) => ({ kind, namespace, name, uid }))
    .toSorted(
      (a, b) =>
        compareText(a.namespace, b.namespace) ||
        compareText(a.kind, b.kind) ||
        compareText(a.name, b.name),
    );
  return { namespaces, tagMoves, namespaceMoves, workloads };
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

/** Tags that no wave moves: the default, and those that no namespace uses. They would dangle. */
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
