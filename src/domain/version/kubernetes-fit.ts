import type { VersionFacts } from './version-facts.ts';

/** Whether an Istio version and a cluster's Kubernetes go together. Kubernetes versions as `1.33`. */
export type KubernetesFit =
  | { readonly kind: 'fits'; readonly minimum: string; readonly tested: string }
  /** The cluster is newer than all that the release was tested with, or nobody says what it was. */
  | { readonly kind: 'untested'; readonly minimum: string; readonly tested?: string }
  | { readonly kind: 'too-old'; readonly minimum: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** The minor (of major 1) of what an API server calls itself: `v1.33.1`, `v1.31.4-gke.100`. */
export function kubernetesMinorOf(version: string): number | undefined {
  const minor = /^v?1\.(?<minor>\d{1,3})(?=[.+-]|$)/.exec(version)?.groups?.['minor'];
  return minor === undefined ? undefined : Number(minor);
}

/** What the table says of an Istio version on a cluster; `minor` is of Kubernetes major 1. */
export function kubernetesFitOf(
  facts: VersionFacts | undefined,
  minor: number | undefined,
): KubernetesFit {
  const { minimumKubernetes: minimum, testedKubernetes: tested } = facts ?? {};
  if (minimum === undefined) {
    return { kind: 'unknown', why: 'the version table does not say which Kubernetes it needs' };
  }
  if (minor === undefined) {
    return { kind: 'unknown', why: 'the API server does not say a Kubernetes 1.x version' };
  }
  const least = kubernetesName(minimum);
  if (minor < minimum) return { kind: 'too-old', minimum: least };
  if (tested === undefined) return { kind: 'untested', minimum: least };
  return minor > tested
    ? { kind: 'untested', minimum: least, tested: kubernetesName(tested) }
    : { kind: 'fits', minimum: least, tested: kubernetesName(tested) };
}

/** `1.33`. */
export function kubernetesName(minor: number): string {
  return `1.${minor}`;
}
