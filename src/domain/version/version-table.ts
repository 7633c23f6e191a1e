/** What is known of one minor of Istio. One row a minor; `meshlift.yaml` can add rows or replace them. */
export interface MinorFacts {
  /** `1.26`. */
  readonly minor: string;
  /** Day of the first release, ISO (`2025-05-08`). */
  readonly released?: string;
  /** Last day of support; absent while it is not announced. */
  readonly supportEnds?: string;
  /** Least Kubernetes minor (of major 1), from a patch on; newest first: it has changed within a minor. */
  readonly minimumKubernetes: readonly { readonly since: string; readonly minor: number }[];
  /** Newest Kubernetes minor that the release was tested with; absent when not stated. */
  readonly testedKubernetes?: number;
  /** Releases that must not be installed, with why. */
  readonly withdrawn?: readonly { readonly version: string; readonly why: string }[];
  /** Where these facts come from, and when they were read. */
  readonly source: string;
  readonly asOf: string;
}

/** Oldest first. */
export type VersionTable = readonly MinorFacts[];
