import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS, type ResourceKind } from '../../clients/resource-kinds.ts';
import { compareCrds, type CrdGap } from '../../domain/downgrade/compare-crds.ts';
import { isConfiguration, readCrdShape, type CrdShape } from '../../domain/downgrade/crd-shape.ts';
import type { NamedObjects, ObjectUses, ReadGap } from '../../domain/downgrade/gap-findings.ts';
import { usedParts } from '../../domain/downgrade/used-parts.ts';
import { known, unknown, type Known } from '../../domain/inventory/known.ts';
import {
  compareText,
  type KubernetesObject,
  type ObjectMeta,
} from '../../domain/kubernetes-object.ts';
import { inParallel, readKnown } from '../inventory/read-known.ts';

/**
 * Where the cluster's CRDs are more than those of a target, and what live objects use of that. Objects
 * are read only where the schemas leave a doubt, in pages, and by their metadata alone where that tells.
 */
export async function readGaps(
  kubernetes: KubernetesClient,
  target: readonly CrdShape[],
): Promise<Known<readonly ReadGap[]>> {
  const live = await readKnown(readLiveCrds(kubernetes));
  if (live.kind === 'unknown') return live;
  const gaps = compareCrds(live.value, target);
  return known(
    await inParallel(gaps, async (gap) => ({ gap, uses: await readUses(kubernetes, gap) })),
  );
}

async function readLiveCrds(kubernetes: KubernetesClient): Promise<readonly CrdShape[]> {
  const { customResourceDefinition: kind } = RESOURCE_KINDS;
  const names = await kubernetes.collect(kind, { metadataOnly: true }, ({ metadata }) =>
    isConfiguration(metadata.name) ? metadata.name : undefined,
  );
  const crds = await inParallel(names, (name) =>
    kubernetes.get({ apiVersion: kind.apiVersion, kind: kind.kind, name }),
  );
  // One that was deleted in between is not there.
  return crds.filter((crd) => crd !== undefined).map(readCrdShape);
}

async function readUses(kubernetes: KubernetesClient, gap: CrdGap): Promise<Known<ObjectUses>> {
  const { crd, readAs, unserved } = gap;
  if (readAs === undefined) {
    // A kind that the cluster does not have has no objects.
    return unserved.length > 0
      ? known(summarize([]))
      : unknown(`${crd.name} names no version in which its objects are stored`);
  }
  const kind: ResourceKind = {
    apiVersion: `${crd.group}/${readAs}`,
    kind: crd.kind,
    plural: crd.plural,
    namespaced: crd.namespaced,
  };
  const foreign = [...gap.lostStored, ...gap.newVersions];
  const countsAll = gap.isNewKind || gap.lostStored.length > 0;
  if (!countsAll && foreign.length + gap.parts.length === 0) return known(summarize([]));
  const pick = (object: KubernetesObject): UsingObject | undefined => {
    const versions = foreign.filter((version) => writtenIn(object, crd.group).includes(version));
    const parts = usedParts(object, gap.parts);
    const isUse = countsAll || versions.length + parts.length > 0;
    return isUse ? { name: nameOf(object.metadata), versions, parts } : undefined;
  };
  // Most doubts are about who wrote an object how, which its metadata tell.
  const metadataOnly = gap.parts.length === 0;
  const objects = await readKnown(kubernetes.collect(kind, { metadataOnly }, pick));
  return objects.kind === 'unknown' ? objects : known(summarize(objects.value));
}

/** All that is kept of an object. */
interface UsingObject {
  readonly name: string;
  readonly versions: readonly string[];
  readonly parts: readonly string[];
}

/** The versions in which somebody wrote an object, as the server remembers it. */
function writtenIn({ metadata }: KubernetesObject, group: string): readonly string[] {
  const { managedFields = [] } = metadata as ObjectMeta & {
    readonly managedFields?: readonly { readonly apiVersion?: string }[];
  };
  const prefix = `${group}/`;
  return managedFields.flatMap(({ apiVersion = '' }) =>
    apiVersion.startsWith(prefix) ? [apiVersion.slice(prefix.length)] : [],
  );
}

function summarize(objects: readonly UsingObject[]): ObjectUses {
  const named = (used: readonly UsingObject[]): NamedObjects => ({
    count: used.length,
    names: used.slice(0, NAMES_KEPT).map(({ name }) => name),
  });
  const by = (keys: (object: UsingObject) => readonly string[]): Record<string, NamedObjects> =>
    Object.fromEntries(
      [...new Set(objects.flatMap(keys))]
        .toSorted(compareText)
        .map((key) => [key, named(objects.filter((object) => keys(object).includes(key)))]),
    );
  return {
    all: named(objects),
    byVersion: by(({ versions }) => versions),
    byPart: by(({ parts }) => parts),
  };
}

/** A cluster may have ten thousand objects of a kind; a page names a few of them. */
const NAMES_KEPT = 20;

function nameOf({ namespace, name }: ObjectMeta): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
