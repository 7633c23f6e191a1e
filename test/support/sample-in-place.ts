import { inPlaceSteps } from '../../src/domain/in-place/in-place-steps.ts';
import { outlinePlan } from '../../src/domain/planning/outline-plan.ts';
import type { PlanOutline, UpgradePlan } from '../../src/domain/planning/plan.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { ProxyTarget } from '../../src/domain/refresh/proxy-target.ts';
import { API_VERSION } from '../../src/domain/request/request.ts';
import { olderWorkload } from './sample-refresh.ts';

/** One hop over the unnamed revision. */
export interface Hop {
  readonly from: string;
  readonly to: string;
  readonly nextHops?: readonly string[];
}

export const FIRST_HOP: Hop = { from: '1.25.1', to: '1.26.1' };

/** The proxy that a hop brings. */
export function proxyOf({ to }: Pick<Hop, 'to'>): ProxyTarget {
  return {
    revision: 'default',
    image: `docker.io/istio/proxyv2:${to}`,
    version: to,
    exact: true,
  };
}

/** In place over the unnamed revision, with one workload of `billing` and two of `shop`. */
export function sampleInPlacePlan(
  cluster: UpgradePlan['cluster'],
  policy: Policy,
  hop: Hop = FIRST_HOP,
): UpgradePlan {
  const target = proxyOf(hop);
  const from = { revision: 'default', version: hop.from };
  const to = { revision: 'default', version: hop.to };
  return {
    apiVersion: API_VERSION,
    cluster,
    meshNamespace: 'istio-system',
    strategy: 'in-place',
    from,
    to,
    ...(hop.nextHops === undefined ? {} : { nextHops: hop.nextHops }),
    steps: inPlaceSteps({
      policy,
      from,
      to,
      base: [],
      pilot: [],
      services: [],
      older: [
        olderWorkload('shop', 'cart'),
        olderWorkload('shop', 'web'),
        olderWorkload('billing', 'ledger'),
      ].map((each) => ({ ...each, target })),
      kept: [],
      target,
      gatewayNamespaces: [],
    }),
    policy,
    binaries: {},
    renderDigest: 'sha256:none',
    findings: [],
  };
}

export function sampleInPlace(
  cluster: UpgradePlan['cluster'],
  policy: Policy,
  hop: Hop = FIRST_HOP,
): PlanOutline {
  const plan = sampleInPlacePlan(cluster, policy, hop);
  // Each hop has a plan, and so a digest, of its own.
  return outlinePlan(plan, `sha256:${hop.to.replaceAll('.', '').padStart(64, '0')}`);
}
