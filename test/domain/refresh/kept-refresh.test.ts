import { describe, expect, it } from '@jest/globals';
import { comparePlans } from '../../../src/domain/planning/compare-plans.ts';
import { estimatePlan } from '../../../src/domain/planning/estimate-plan.ts';
import type { Planned, UpgradePlan } from '../../../src/domain/planning/plan.ts';
import { describePlanChange } from '../../../src/domain/planning/plan-change.ts';
import { sampleMesh, samplePolicy } from '../../support/sample-mesh.ts';
import { PATCHED, sampleRefreshPlan } from '../../support/sample-refresh.ts';

const MESH = sampleMesh();
const KEPT = sampleRefreshPlan({ name: 'demo', uid: MESH.clusterUid }, samplePolicy());

function changes(now: Planned): readonly string[] {
  return comparePlans(KEPT, now, MESH).map(describePlanChange);
}

function planned(plan: UpgradePlan): Planned {
  return { kind: 'plan', plan, digest: 'sha256:other', estimate: estimatePlan(plan, MESH) };
}

describe('a kept plan of a refresh', () => {
  it('is compared by what it restarts, not by all that the mesh has', () => {
    expect(MESH.workloads.length).toBeGreaterThan(0);

    expect(changes(planned(KEPT))).toEqual([]);
  });

  it('holds no more once nothing is older', () => {
    expect(changes({ kind: 'nothing-to-do', findings: [] })).toEqual([
      'plan: plan → nothing-to-do',
    ]);
  });

  it('holds no more once the control plane renders another proxy, which is named', () => {
    const target = { ...PATCHED, image: 'docker.io/istio/proxyv2:1.26.2', version: '1.26.2' };
    const steps = KEPT.steps.map((step) => (step.kind === 'wave' ? { ...step, target } : step));

    expect(changes(planned({ ...KEPT, steps }))).toEqual([
      'the proxy that is rendered image: docker.io/istio/proxyv2:1.26.1 → docker.io/istio/proxyv2:1.26.2',
    ]);
  });

  it('holds no more once something was restarted by hand or made anew, which is named', () => {
    const steps = KEPT.steps.map((step) =>
      step.kind === 'wave' && step.namespaces.includes('shop')
        ? {
            ...step,
            workloads: step.workloads
              .filter(({ name }) => name !== 'cart')
              .map((workload) => ({ ...workload, uid: 'another' })),
          }
        : step,
    );

    expect(changes(planned({ ...KEPT, steps }))).toEqual([
      'Deployment shop/cart (to be restarted): is no longer there',
      'Deployment shop/web uid: uid-shop-web → another',
    ]);
  });
});
