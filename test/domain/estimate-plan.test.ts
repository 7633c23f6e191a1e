import { describe, expect, it } from '@jest/globals';
import { buildSteps } from '../../src/domain/planning/build-steps.ts';
import { describeEstimate } from '../../src/domain/planning/describe-step.ts';
import { estimatePlan, type PlanEstimate } from '../../src/domain/planning/estimate-plan.ts';
import type { ObservedMesh } from '../../src/domain/mesh/observed-mesh.ts';
import type { PlannedObject } from '../../src/domain/planning/plan.ts';
import type { Policy } from '../../src/domain/policy.ts';
import {
  movedIn,
  namespaceByRevision,
  namespaceByTag,
  sampleMesh,
  samplePolicy,
  workload,
} from '../support/sample-mesh.ts';

function objects(count: number): readonly PlannedObject[] {
  return Array.from({ length: count }, (_, index) => ({
    ref: { apiVersion: 'v1', kind: 'ConfigMap', name: `c${index}` },
    action: 'update',
  }));
}

function estimateOf(
  mesh: ObservedMesh,
  policy: Policy = samplePolicy(),
  counts = { base: 15, pilot: 17, old: 16 },
): PlanEstimate {
  const steps = buildSteps({
    mesh,
    policy,
    treated: movedIn(mesh),
    gatewayNamespaces: [],
    from: { revision: '1-25-1', version: '1.25.1' },
    to: { revision: '1-26-1', version: '1.26.1' },
    base: objects(counts.base),
    pilot: objects(counts.pilot),
    old: objects(counts.old),
  });
  return estimatePlan({ steps, policy }, mesh);
}

/** The sample mesh of the rig, as its wave of one namespace with so many pods each. */
function meshOf(...pods: readonly number[]): ObservedMesh {
  return sampleMesh({
    tags: [],
    namespaces: [namespaceByRevision('shop')],
    workloads: pods.map((desiredPods, index) => workload({ name: `w${index}`, desiredPods })),
  });
}

const waveOf = (mesh: ObservedMesh, policy?: Policy): unknown =>
  estimateOf(mesh, policy).steps['wave-1']?.seconds;

describe('an estimate', () => {
  it('is close to what the rig took: 58 s and 1,214 requests, its gate aside', () => {
    const place = (namespace: string, pods: readonly number[]): ObservedMesh['workloads'] =>
      pods.map((desiredPods, index) =>
        workload({ namespace, name: `w${index}`, desiredPods, ...(index === 4 ? STATEFUL : {}) }),
      );
    const mesh = sampleMesh({
      tags: [
        { tag: 'default', revision: '1-25-1', webhook: 'd' },
        { tag: 'prod-stable', revision: '1-25-1', webhook: 'p' },
      ],
      namespaces: [
        namespaceByRevision('search'),
        namespaceByRevision('shop'),
        namespaceByTag('accounts', 'prod-stable'),
        namespaceByTag('payments', 'prod-stable'),
      ],
      workloads: [
        ...place('search', [4, 2, 1, 2]),
        ...place('shop', [4, 3, 2, 1, 2]),
        ...place('accounts', [3, 2, 1, 3]),
        ...place('payments', [3, 2, 1, 3]),
      ],
    });
    const policy = samplePolicy({
      soakSeconds: { controlPlane: 5, wave: 5, mesh: 5 },
      healthPollSeconds: 2,
      pruneGraceSeconds: 5,
    });

    const { seconds, apiRequests } = estimateOf(mesh, policy);

    expect(Math.abs(seconds.least - 58)).toBeLessThan(6);
    expect(Math.abs(apiRequests - 1214)).toBeLessThan(120);
  });

  it('has the soaks and the grace of the policy, to the second', () => {
    const { steps } = estimateOf(meshOf(1));

    expect(steps['soak-control-plane']?.seconds.least).toBe(300);
    expect(steps['soak-wave-1']?.seconds.least).toBe(600);
    expect(steps['soak-mesh']?.seconds.least).toBe(1800);
    expect(steps['census']?.seconds.least).toBe(31);
  });

  it('of a gate is nothing at least and unknown at most: only people decide', () => {
    expect(estimateOf(meshOf(1)).steps['gate-complete']).toEqual({
      seconds: { least: 0 },
      apiRequests: 0,
    });
  });

  it('of a wave grows with its slowest workload while all fit into the budget', () => {
    const steps = (kind: 'Deployment' | 'StatefulSet'): unknown =>
      waveOf(
        sampleMesh({
          tags: [],
          namespaces: [namespaceByRevision('shop')],
          workloads: [workload({ kind, desiredPods: 8 }), workload({ name: 'one' })],
        }),
      );

    expect(steps('Deployment')).toEqual({ least: 4, most: 135 });
    expect(steps('StatefulSet')).toEqual({ least: 10, most: 495 });
  });

  it('of a wave grows with its pods once they do not fit into the budget', () => {
    const policy = (maxPodsInFlight: number): Policy =>
      samplePolicy({
        restart: { maxPodsInFlight, workloadDeadlineSeconds: 600 },
      });
    const mesh = meshOf(...Array.from({ length: 100 }, () => 1));
    expect(waveOf(mesh, policy(100))).toEqual({ least: 3, most: 75 });

    expect(waveOf(mesh, policy(10))).toEqual({ least: 12, most: 615 });
  });

  it('adds up its steps and the planning before them', () => {
    const { seconds, apiRequests, steps } = estimateOf(meshOf(1, 2, 3));
    const parts = Object.values(steps);
    const sum = (of: (part: (typeof parts)[number]) => number): number =>
      parts.reduce((total, part) => total + of(part), 0);

    expect(seconds.least - sum((part) => part.seconds.least)).toBe(5);
    expect((seconds.most ?? 0) - sum((part) => part.seconds.most ?? 0)).toBe(60);
    expect(apiRequests).toBeGreaterThan(sum((part) => part.apiRequests));
  });

  it.each([
    [{ seconds: { least: 4, most: 135 }, apiRequests: 53 }, '4s to 2m15s, about 53 API requests'],
    [{ seconds: { least: 5, most: 5 }, apiRequests: 9 }, '5s, about 9 API requests'],
    [{ seconds: { least: 0 }, apiRequests: 0 }, '0s'],
  ])('%j reads "%s"', (estimate, words) => {
    expect(describeEstimate(estimate)).toBe(words);
  });
});

const STATEFUL = { kind: 'StatefulSet' } as const;
