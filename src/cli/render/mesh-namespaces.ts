import type { MeshInventory } from '../../domain/inventory/inventory.ts';
import { NAMESPACE_ROOTS, type NamespaceDetail } from '../../domain/inventory/namespace-detail.ts';
import type { NamespaceSelection } from '../../domain/mesh/observed-mesh.ts';
import type { Output } from '../output.ts';
import { renderTable } from './table.ts';

/** Namespaces that say something about the mesh. */
export function renderNamespaces(output: Output, inventory: MeshInventory): string | undefined {
  const { mesh, namespaces } = inventory;
  const roots = new Set(inventory.controlPlanes.flatMap(({ rootDigest }) => rootDigest ?? []));
  const areRootsRead = !inventory.unread.some(({ what }) => what === NAMESPACE_ROOTS);
  const details = new Map(namespaces.map((detail) => [detail.name, detail]));
  const rows = mesh.namespaces.flatMap(({ name, selection }) => {
    const detail = details.get(name);
    const isSilent = selection.kind === 'unlabelled' && detail?.dataplaneMode === undefined;
    if (isSilent || detail === undefined) return [];
    const notes = notesOn(detail, areRootsRead ? roots : undefined);
    return [[name, ...describeSelection(selection), notes.join('; ')]];
  });
  if (rows.length === 0) return undefined;
  return renderTable(output, ['NAMESPACE', 'REVISION', 'BY', 'NOTES'], rows);
}

/** The revision that a namespace selects, and by what. */
function describeSelection(selection: NamespaceSelection): readonly [string, string] {
  switch (selection.kind) {
    case 'tag':
      return [selection.revision, `tag ${selection.tag}`];
    case 'revision':
      return [selection.revision, 'its name'];
    case 'injection-label':
      return [selection.revision ?? 'none', 'istio-injection=enabled'];
    case 'nothing':
      return ['none', `${selection.label}, which selects nothing`];
    case 'opted-out':
      return ['none', 'opted out'];
    case 'unlabelled':
      return ['none', 'no label'];
  }
}

/** `roots` of the control planes; absent when those of the namespaces could not be read. */
function notesOn(
  { hasBothLabels, dataplaneMode, rootDigest, managers }: NamespaceDetail,
  roots: ReadonlySet<string> | undefined,
): string[] {
  return [
    hasBothLabels ? ['has both labels: istio-injection wins'] : [],
    dataplaneMode === undefined ? [] : [`dataplane mode ${dataplaneMode}`],
    roots === undefined ? [] : rootNotes(rootDigest, roots),
    managers,
  ].flat();
}

function rootNotes(rootDigest: string | undefined, roots: ReadonlySet<string>): string[] {
  if (rootDigest === undefined) return ['no root certificate'];
  return roots.size > 0 && !roots.has(rootDigest) ? ['root certificate of no control plane'] : [];
}
