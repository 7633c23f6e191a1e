import type { Mirror } from '../../clients/kubernetes-follow.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import { freezesRef } from './freezes-map.ts';

/** Changes of the freezes, told as they are made. */
export interface FreezeNews {
  /** Whether changes are told now: one that is not there yet, or has failed, tells nothing. */
  isOn(): boolean;
  close(): void;
}

/** Watches one ConfigMap. What it holds is not taken from the watch: whoever is told reads it anew. */
export function followFreezes(
  kubernetes: Pick<KubernetesClient, 'follow'>,
  meshNamespace: string,
  onChange: () => void,
): FreezeNews {
  const { namespace, name } = freezesRef(meshNamespace);
  const end = new AbortController();
  let mirror: Mirror<true> | undefined;
  const scope = { namespace, fieldSelector: `metadata.name=${name}`, metadataOnly: true };
  kubernetes
    .follow(
      RESOURCE_KINDS.configMap,
      { ...scope, onChange, signal: end.signal },
      () => true as const,
    )
    .then(
      (opened) => {
        mirror = opened;
        // What was changed while it was opened.
        onChange();
      },
      // Without it the freezes are read as often as they are where nobody follows them.
      () => undefined,
    );
  return {
    isOn: () => !end.signal.aborted && mirror !== undefined && mirror.failure() === undefined,
    close: () => end.abort(),
  };
}
