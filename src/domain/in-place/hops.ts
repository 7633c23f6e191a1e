import { findRoute } from '../targets/find-route.ts';
import { kubernetesMinorOf } from '../version/kubernetes-fit.ts';
import {
  compareIstioVersions,
  parseIstioVersion,
  type IstioVersion,
} from '../version/istio-version.ts';
import { MAX_IN_PLACE_MINORS } from '../version/support-matrix.ts';
import type { VersionTable } from '../version/version-table.ts';

export interface HopRequest {
  /** Absent where no version can be told. */
  readonly from: IstioVersion | undefined;
  readonly to: IstioVersion;
  readonly available: readonly IstioVersion[];
  readonly versions: VersionTable;
  /** As the API server says it, `v1.33.1`. */
  readonly kubernetesVersion: string;
}

/** The version that comes next on the way to a target, and those after it. */
export interface Hops {
  readonly next: IstioVersion;
  readonly after: readonly string[];
  /** Later ones that need a newer Kubernetes than the cluster has. */
  readonly tooNew?: readonly { readonly version: string; readonly kubernetes: string }[];
}

/** In place a run goes up one minor at a time; where no way leads there the target itself is judged. */
export function hopsTo({ from, to, ...rest }: HopRequest): Hops {
  if (from === undefined || compareIstioVersions(to, from) <= 0) return { next: to, after: [] };
  const { kubernetesVersion, available, versions } = rest;
  const route = findRoute({
    from,
    to,
    longestStep: MAX_IN_PLACE_MINORS,
    available,
    versions,
    kubernetesMinor: kubernetesMinorOf(kubernetesVersion),
  });
  if (route.kind !== 'hops') return { next: to, after: [] };
  const [next, ...after] = route.hops.map(({ version }) => parseIstioVersion(version));
  if (next === undefined) return { next: to, after: [] };
  const tooNew = route.hops
    .slice(1)
    .flatMap(({ version, clusterUpgrade }) =>
      clusterUpgrade === undefined ? [] : [{ version, kubernetes: clusterUpgrade.to }],
    );
  return {
    next,
    after: after.filter((version) => version !== undefined),
    ...(tooNew.length === 0 ? {} : { tooNew }),
  };
}
