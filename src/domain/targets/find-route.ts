import {
  compareIstioVersions,
  isPreRelease,
  minorDistance,
  minorNameAbove,
  type IstioVersion,
} from '../version/istio-version.ts';
import { kubernetesFitOf, kubernetesName } from '../version/kubernetes-fit.ts';
import { versionFactsOf } from '../version/version-facts.ts';
import type { VersionTable } from '../version/version-table.ts';
import type { ClusterUpgrade, Hop, Route } from './target.ts';

export interface RouteRequest {
  readonly from: IstioVersion;
  readonly to: IstioVersion;
  /** Minors that one step may go up. */
  readonly longestStep: number;
  readonly available: readonly IstioVersion[];
  readonly versions: VersionTable;
  /** The cluster's Kubernetes minor; absent when the API server does not say one. */
  readonly kubernetesMinor: number | undefined;
}

/**
 * The fewest hops upwards, each the newest supplied release of its minor, and the target last.
 * Going as far as possible each time gives the fewest: nothing that is reached later lies nearer.
 */
export function findRoute(request: RouteRequest): Route {
  const { from, to, longestStep } = request;
  const stops: IstioVersion[] = [];
  let at = from;
  for (;;) {
    const left = minorDistance(at, to);
    if (left === undefined) return { kind: 'none', why: 'no step crosses a major version' };
    if (left <= longestStep) return { kind: 'hops', hops: hopsOf([...stops, to], request) };
    const next = farthestStop(at, request);
    if (next === undefined) {
      const missing = Array.from({ length: longestStep }, (_, index) =>
        minorNameAbove(at, index + 1),
      );
      return { kind: 'gap', after: at, missing };
    }
    stops.push(next);
    at = next;
  }
}

/** The newest release of the farthest minor within one step; only what may be installed and is no pre-release. */
function farthestStop(
  at: IstioVersion,
  { longestStep, available, versions }: RouteRequest,
): IstioVersion | undefined {
  return available
    .filter((version) => {
      const minors = minorDistance(at, version);
      return (
        minors !== undefined &&
        minors > 0 &&
        minors <= longestStep &&
        !isPreRelease(version) &&
        versionFactsOf(versions, version)?.withdrawnBecause === undefined
      );
    })
    .toSorted(compareIstioVersions)
    .at(-1);
}

/** Each hop sees the cluster as the hops before it left it. */
function hopsOf(
  stops: readonly IstioVersion[],
  { from, versions, kubernetesMinor }: RouteRequest,
): readonly Hop[] {
  const hops: Hop[] = [];
  let [running, cluster] = [from, kubernetesMinor];
  for (const version of stops) {
    const facts = versionFactsOf(versions, version);
    const minimum = facts?.minimumKubernetes;
    const isTooOld = minimum !== undefined && cluster !== undefined && cluster < minimum;
    const upgrade = isTooOld ? { clusterUpgrade: upgradeTo(minimum, running, versions) } : {};
    if (isTooOld) cluster = minimum;
    hops.push({ version, kubernetes: kubernetesFitOf(facts, cluster), ...upgrade });
    running = version;
  }
  return hops;
}

/** The Istio that runs has to live with the new Kubernetes until the hop is done. */
function upgradeTo(minimum: number, running: IstioVersion, versions: VersionTable): ClusterUpgrade {
  const to = kubernetesName(minimum);
  const tested = versionFactsOf(versions, running)?.testedKubernetes;
  if (tested !== undefined && tested >= minimum) return { to };
  const known = tested === undefined ? 'is not known to be' : 'was not';
  return { to, warning: `Istio ${running}, which runs meanwhile, ${known} tested with it` };
}
