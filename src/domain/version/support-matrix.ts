/**
 * Facts about Istio versions as data, taken 2026-08 from
 * `istioctl/pkg/install/k8sversion/version.go` of each release and the support page
 * https://istio.io/latest/docs/releases/supported-releases/.
 */

/** How many minors a canary may go up at once: https://istio.io/latest/docs/setup/upgrade/canary/. */
export const MAX_CANARY_MINORS = 2;

/** The least Kubernetes minor (of major 1), from an Istio version on. Newest first. */
export const MINIMUM_KUBERNETES: readonly { readonly since: string; readonly minor: number }[] = [
  { since: '1.30.0', minor: 32 },
  { since: '1.28.0', minor: 30 },
  { since: '1.25.1', minor: 29 },
  { since: '1.24.0', minor: 28 },
];
