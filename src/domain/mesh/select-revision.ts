import { DEFAULT_TAG, INJECT_LABEL, INJECTION_LABEL, REVISION_LABEL } from './istio-labels.ts';
import type { ControlPlane, NamespaceSelection, RevisionTag } from './observed-mesh.ts';

interface Selectable {
  readonly tags: readonly Pick<RevisionTag, 'tag' | 'revision'>[];
  readonly controlPlanes: readonly Pick<ControlPlane, 'revision'>[];
}

/** By what a namespace's pods get their proxy; `istio-injection` beats `istio.io/rev`. */
export function selectRevision(
  labels: Readonly<Record<string, string>>,
  { tags, controlPlanes }: Selectable,
): NamespaceSelection {
  const injection = labels[INJECTION_LABEL];
  if (injection === 'enabled') return byDefault({ tags, controlPlanes });
  if (injection === 'disabled') return { kind: 'opted-out' };
  if (injection !== undefined) {
    return { kind: 'nothing', label: `${INJECTION_LABEL}=${injection}` };
  }

  const wanted = labels[REVISION_LABEL];
  if (wanted === undefined) return { kind: 'unlabelled' };
  const tag = tags.find((each) => each.tag === wanted);
  if (tag !== undefined) return { kind: 'tag', tag: tag.tag, revision: tag.revision };
  if (controlPlanes.some(({ revision }) => revision === wanted)) {
    return { kind: 'revision', revision: wanted };
  }
  return { kind: 'nothing', label: `${REVISION_LABEL}=${wanted}` };
}

/** The tag `default` makes the un-revisioned injector inert, so it is asked first. */
function byDefault({ tags, controlPlanes }: Selectable): NamespaceSelection {
  const tag = tags.find((each) => each.tag === DEFAULT_TAG);
  if (tag !== undefined) return { kind: 'injection-label', revision: tag.revision };
  const unnamed = controlPlanes.some(({ revision }) => revision === 'default');
  return unnamed ? { kind: 'injection-label', revision: 'default' } : { kind: 'injection-label' };
}

/** Whether labels of pods bring them a proxy where their namespace has no label of Istio's. */
export function chooseRevision(
  podLabels: Readonly<Record<string, string>>,
  known: Selectable,
): boolean {
  const revision = podLabels[REVISION_LABEL];
  if (revision === undefined) return podLabels[INJECT_LABEL] === 'true';
  return selectRevision({ [REVISION_LABEL]: revision }, known).kind !== 'nothing';
}

/** The revision that a selection ends at, when it ends at one. */
export function selectedRevision(selection: NamespaceSelection): string | undefined {
  switch (selection.kind) {
    case 'tag':
    case 'revision':
    case 'injection-label':
      return selection.revision;
    case 'nothing':
    case 'opted-out':
    case 'unlabelled':
      return undefined;
  }
}
