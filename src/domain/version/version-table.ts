/** What is known of one minor of Istio. One row a minor; `meshlift.yaml` can add rows or replace them. */
export interface MinorFacts {
  /** `1.26`. */
  readonly minor: string;
  /** Day of the first release, ISO (`2025-05-08`). */
  readonly released?: string;
  /** Last day of support; absent while it is not announced. */
  readonly supportEnds?: string;
  /** Least Kubernetes minor (of major 1), from a patch on; newest first: it has changed within a minor. */
  readonly minimumKubernetes: readonly KubernetesSince[];
  /** Newest Kubernetes minor that the release was tested with; absent when not stated. */
  readonly testedKubernetes?: number;
  /** Releases that must not be installed, with why. */
  readonly withdrawn?: readonly { readonly version: string; readonly why: string }[];
  /** Where these facts come from, and when they were read; a configuration need not say when. */
  readonly source: string;
  readonly asOf?: string;
}

/** From Istio `since` on, Kubernetes 1.`minor` is the least. */
export interface KubernetesSince {
  readonly since: string;
  readonly minor: number;
}

/** Oldest first. */
export type VersionTable = readonly MinorFacts[];

/** The table with configured rows added; a row takes the place of the whole one of the same minor. */
export function mergeVersions(known: VersionTable, configured: VersionTable): VersionTable {
  const rows = new Map([...known, ...configured].map((row) => [row.minor, row]));
  return [...rows.values()].sort((a, b) => compareMinors(a.minor, b.minor));
}

/** Numeric order: `1.9` < `1.10`. */
function compareMinors(a: string, b: string): number {
  const [[aMajor = 0, aMinor = 0], [bMajor = 0, bMinor = 0]] = [numbersOf(a), numbersOf(b)];
  return aMajor - bMajor || aMinor - bMinor;
}

function numbersOf(minor: string): readonly number[] {
  return minor.split('.').map(Number);
}
