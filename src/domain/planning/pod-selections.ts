import type { MeshInventory } from '../inventory/inventory.ts';
import type { WorkloadDetail } from '../inventory/workload-detail.ts';
import { REVISION_LABEL } from '../mesh/istio-labels.ts';

/** What the pods of a workload follow by a label of their own, in a namespace that selects nothing. */
export type PodSelection =
  /** `istio.io/rev` of the pod template names the revision itself. */
  | { readonly kind: 'revision' }
  /** The label names a tag, or asks for injection, which the tag `default` answers. */
  | { readonly kind: 'tag'; readonly tag: string };

/** By uid of the workload. */
export type PodSelections = ReadonlyMap<string, PodSelection>;

/**
 * The workloads that a label of their own pods puts on a revision. The webhooks look at pods only
 * where the namespace has neither label (istio-facts section 3); that they do is told by what the
 * live webhooks would do, not by the labels.
 */
export function findPodSelections(
  { mesh, workloads, injectors }: Pick<MeshInventory, 'mesh' | 'workloads' | 'injectors'>,
  revision: string,
): PodSelections {
  const unlabelled = new Set(
    mesh.namespaces
      .filter(({ selection }) => selection.kind === 'unlabelled')
      .map(({ name }) => name),
  );
  const tags = new Map(injectors.map(({ name, tag }) => [name, tag]));
  return new Map(
    workloads
      .filter(({ namespace }) => unlabelled.has(namespace))
      .flatMap((workload) => {
        const selection = selectionOf(workload, tags, revision);
        return selection === undefined ? [] : [[workload.uid, selection] as const];
      }),
  );
}

function selectionOf(
  { prediction, podLabels }: WorkloadDetail,
  tags: ReadonlyMap<string, string | undefined>,
  revision: string,
): PodSelection | undefined {
  if (prediction.kind !== 'injected' || prediction.revision !== revision) return undefined;
  const tag = tags.get(prediction.webhook.split('/')[0] ?? '');
  if (tag !== undefined) return { kind: 'tag', tag };
  return podLabels[REVISION_LABEL] === revision ? { kind: 'revision' } : undefined;
}
