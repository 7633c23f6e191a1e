import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { ActivityError } from '../../src/activities/errors.ts';
import type { Heart } from '../../src/activities/heartbeat.ts';
import { openRunRecord, type RunRecord } from '../../src/activities/record/run-record.ts';
import type { RunRef } from '../../src/activities/run-ref.ts';
import type { ClusterAccess } from '../../src/clients/cluster-access.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import type { UpgradePlan } from '../../src/domain/planning/plan.ts';
import { treatmentOfKind } from '../../src/domain/restart/treatment.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import type { StepOf, UpgradeStep } from '../../src/domain/planning/step.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { API_VERSION } from '../../src/domain/request/request.ts';
import { samplePolicy } from './sample-mesh.ts';

/** The run of the sample plan. */
export const RUN: RunRef = {
  runId: 'r1',
  workflowId: 'mesh/demo',
  cluster: 'demo',
  clusterUid: 'uid-kube-system',
  meshNamespace: 'istio-system',
};

/** From 1.25.1 to 1.26.1 by these steps. */
export function samplePlan(
  steps: readonly UpgradeStep[],
  policy: Partial<Policy> = {},
): UpgradePlan {
  return {
    apiVersion: API_VERSION,
    cluster: { name: RUN.cluster, uid: RUN.clusterUid },
    meshNamespace: RUN.meshNamespace,
    strategy: 'canary',
    from: { revision: '1-25-1', version: '1.25.1' },
    to: { revision: '1-26-1', version: '1.26.1' },
    steps,
    policy: samplePolicy(policy),
    binaries: {},
    renderDigest: 'sha256:none',
    findings: [],
  };
}

/** A wave over the namespace `shop`. */
export function waveStep(
  workloads: readonly WorkloadRef[],
  changes: Partial<StepOf<'wave'>> = {},
): StepOf<'wave'> {
  return {
    id: 'wave-1',
    kind: 'wave',
    number: 1,
    namespaces: ['shop'],
    tagMoves: [],
    namespaceMoves: [],
    workloads: workloads.map((each) => ({ ...each, treatment: treatmentOfKind(each.kind) })),
    left: [],
    title: 'Move shop',
    undo: { kind: 'undo-wave' },
    ...changes,
  };
}

export function recordIn(cluster: KubernetesClient): RunRecord {
  return openRunRecord(cluster, RUN.meshNamespace, RUN.runId);
}

/** The cluster with one identity for everything. */
export function accessTo(cluster: KubernetesClient): ClusterAccess {
  return { worker: cluster, installer: cluster, installerKubeconfig: '/nowhere' };
}

/** A heart that keeps what it was given. */
export function recordingHeart(): Heart & { readonly beats: readonly unknown[] } {
  const beats: unknown[] = [];
  return { beats, beat: (details) => void beats.push(details), stop: () => undefined };
}

/** Where an attempt of an activity runs; with what the attempt before it beat last. Quiet about failures. */
export function attemptAfter(heartbeatDetails?: unknown): MockActivityEnvironment {
  return new MockActivityEnvironment({ heartbeatDetails }, { logger: new DefaultLogger('ERROR') });
}

/** What our own code refused with, as `type: words`; anything else is thrown on. */
export async function problemOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    (answer) => new Error(`expected a problem, found ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof ActivityError) return `${error.type}: ${error.message}`;
  throw error;
}
