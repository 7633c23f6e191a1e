import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import type { CrdFacts } from '../../domain/inventory/crd-facts.ts';
import { interpretCrd, isMeshCrd } from '../../domain/inventory/interpret-crds.ts';
import type { Known } from '../../domain/inventory/known.ts';
import { inParallel, readKnown } from './read-known.ts';

export interface CrdReading {
  /** Of every CustomResourceDefinition: which kinds a cluster has. */
  readonly names: Known<ReadonlySet<string>>;
  /** Of Istio and the Gateway API. */
  readonly facts: Known<readonly CrdFacts[]>;
}

/** All names, and whole only those that concern a mesh: a cluster may have a thousand others, each large. */
export async function readCrds(kubernetes: KubernetesClient): Promise<CrdReading> {
  const { customResourceDefinition: kind } = RESOURCE_KINDS;
  const names = await readKnown(
    kubernetes.collect(kind, { metadataOnly: true }, ({ metadata }) => metadata.name),
  );
  if (names.kind === 'unknown') return { names, facts: names };
  const facts = await readKnown(
    inParallel(names.value.filter(isMeshCrd), (name) =>
      kubernetes.get({ apiVersion: kind.apiVersion, kind: kind.kind, name }),
    ),
  );
  return {
    names: { kind: 'known', value: new Set(names.value) },
    facts:
      facts.kind === 'unknown'
        ? facts
        : {
            kind: 'known',
            // One that was deleted in between is not there.
            value: facts.value.filter((found) => found !== undefined).map(interpretCrd),
          },
  };
}
