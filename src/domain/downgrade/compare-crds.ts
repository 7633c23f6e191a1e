import { compareText } from '../kubernetes-object.ts';
import { servedBy, type CrdShape, type CrdVersion } from './crd-shape.ts';
import { findNewParts, type NewPart } from './new-parts.ts';

/** In what a CRD of the cluster is more, or less, than the one that the target brings. */
export interface CrdGap {
  /** Of the cluster's CRD, or of the target's where the cluster has none. */
  readonly crd: Pick<CrdShape, 'name' | 'group' | 'kind' | 'plural' | 'namespaced'>;
  /** The target has no such kind. */
  readonly isNewKind: boolean;
  /** Stored versions that the target does not serve. */
  readonly lostStored: readonly string[];
  /** Versions that may be asked for here and that the target does not serve. */
  readonly newVersions: readonly string[];
  /** Versions that the target reads or writes and that the cluster does not serve. */
  readonly unserved: readonly string[];
  readonly parts: readonly NewPart[];
  /** The version in which objects show all that is stored of them; absent: the CRD names none. */
  readonly readAs?: string;
}

/**
 * The CRDs of the cluster beside those that the target's release brings. They stay as they are in a
 * downgrade, so the target has to live with them; where nothing differs that an object could tell,
 * there is no gap.
 */
export function compareCrds(
  live: readonly CrdShape[],
  target: readonly CrdShape[],
): readonly CrdGap[] {
  const brought = new Map(target.map((crd) => [crd.name, crd]));
  const there = new Set(live.map(({ name }) => name));
  return [
    ...live.map((crd) => gapOf(crd, brought.get(crd.name))),
    ...target.filter(({ name }) => !there.has(name)).map(missing),
  ]
    .filter(isGap)
    .toSorted((a, b) => compareText(a.crd.name, b.crd.name));
}

function gapOf(crd: CrdShape, target: CrdShape | undefined): CrdGap {
  const storage = crd.versions.find((version) => version.storage);
  const readAs = storage === undefined ? {} : { readAs: storage.name };
  if (target === undefined) {
    const none = { lostStored: [], newVersions: [], unserved: [], parts: [] };
    return { crd: nameOf(crd), isNewKind: true, ...none, ...readAs };
  }
  const [here, there] = [servedBy(crd), servedBy(target)];
  return {
    crd: nameOf(crd),
    isNewKind: false,
    lostStored: crd.stored.filter((version) => !there.includes(version)),
    newVersions: here.filter((version) => !there.includes(version)),
    unserved: there.filter((version) => !here.includes(version)),
    parts: storage === undefined ? [] : newParts(storage, target),
    ...readAs,
  };
}

/** The same version of both, or the one in which the target stores. */
function newParts(storage: CrdVersion, { versions }: CrdShape): readonly NewPart[] {
  const older =
    versions.find(({ name }) => name === storage.name) ?? versions.find((each) => each.storage);
  // What takes any object knows no field less than another.
  if (older?.schema === undefined) return [];
  return findNewParts(storage.schema ?? ANYTHING, older.schema);
}

const ANYTHING = { 'x-kubernetes-preserve-unknown-fields': true } as const;

function missing(target: CrdShape): CrdGap {
  return {
    crd: nameOf(target),
    isNewKind: false,
    lostStored: [],
    newVersions: [],
    unserved: servedBy(target),
    parts: [],
  };
}

function nameOf({ name, group, kind, plural, namespaced }: CrdShape): CrdGap['crd'] {
  return { name, group, kind, plural, namespaced };
}

function isGap({ isNewKind, lostStored, newVersions, unserved, parts, readAs }: CrdGap): boolean {
  const differs = [lostStored, newVersions, unserved, parts].some((each) => each.length > 0);
  return isNewKind || differs || readAs === undefined;
}
