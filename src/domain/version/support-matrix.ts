import { KNOWN_VERSIONS } from './known-versions.ts';
import type { KubernetesSince } from './version-table.ts';

/** How many minors a canary may go up at once: https://istio.io/latest/docs/setup/upgrade/canary/. */
export const MAX_CANARY_MINORS = 2;

/** How many minors an upgrade in place may go up at once: https://istio.io/latest/docs/setup/upgrade/in-place/. */
export const MAX_IN_PLACE_MINORS = 1;

/** The least Kubernetes minor, newest first. The rules move to `versionFactsOf`, which knows configured rows too. */
export const MINIMUM_KUBERNETES: readonly KubernetesSince[] = KNOWN_VERSIONS.flatMap(
  ({ minimumKubernetes }) => [...minimumKubernetes].reverse(),
).toReversed();
