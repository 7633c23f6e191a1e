import type { UpgradePlan } from '../../src/domain/planning/plan.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { OlderWorkload } from '../../src/domain/refresh/judge-proxies.ts';
import type { ProxyTarget } from '../../src/domain/refresh/proxy-target.ts';
import { refreshSteps } from '../../src/domain/refresh/refresh-steps.ts';
import { API_VERSION } from '../../src/domain/request/request.ts';
import { version } from './sample-mesh.ts';

/** What the sample's control plane renders since it was patched in place. */
export const PATCHED: ProxyTarget = {
  revision: 'stable',
  image: 'docker.io/istio/proxyv2:1.26.1',
  version: '1.26.1',
};

/** A Deployment whose proxies are of 1.26.0. */
export function olderWorkload(namespace: string, name: string): OlderWorkload {
  return {
    workload: {
      kind: 'Deployment',
      namespace,
      name,
      uid: `uid-${namespace}-${name}`,
      treatment: { kind: 'restart' },
    },
    target: PATCHED,
    oldest: version('1.26.0'),
  };
}

/** A refresh of one workload of `billing` and two of `shop`. */
export function sampleRefreshPlan(cluster: UpgradePlan['cluster'], policy: Policy): UpgradePlan {
  return {
    apiVersion: API_VERSION,
    cluster,
    meshNamespace: 'istio-system',
    strategy: 'refresh',
    from: { revision: PATCHED.revision, version: '1.26.0' },
    to: { revision: PATCHED.revision, version: PATCHED.version },
    steps: refreshSteps({
      older: [
        olderWorkload('shop', 'cart'),
        olderWorkload('shop', 'web'),
        olderWorkload('billing', 'ledger'),
      ],
      kept: [],
      target: PATCHED,
      policy,
      gatewayNamespaces: [],
    }),
    policy,
    binaries: {},
    findings: [],
  };
}
