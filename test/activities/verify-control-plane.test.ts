import { beforeEach, describe, expect, it } from '@jest/globals';
import { CancelledFailure } from '@temporalio/activity';
import type { MockActivityEnvironment } from '@temporalio/testing';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import type { Verdict } from '../../src/domain/health/verdict.ts';
import type { UpgradeStep } from '../../src/domain/planning/step.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { mutatingWebhook } from '../support/kubernetes-objects.ts';
import { NEW, OLD, placeControlPlane } from '../support/placed-mesh.ts';
import { useQuickTime } from '../support/quick-time.ts';
import {
  accessTo,
  attemptAfter,
  problemOf,
  recordIn,
  RUN,
  samplePlan,
} from '../support/sample-run.ts';

const time = useQuickTime();
const { verifyControlPlane } = await import('../../src/activities/health/verify-control-plane.ts');

const VERIFICATION: UpgradeStep = {
  id: 'verify-control-plane',
  kind: 'verify-control-plane',
  revision: NEW,
  title: 'Prove',
  undo: { kind: 'none' },
};
const DEADLINE_SECONDS = 30;

let cluster: FakeKubernetes;
let env: MockActivityEnvironment;
let beats: unknown[];
beforeEach(async () => {
  cluster = createFakeKubernetes();
  env = attemptAfter();
  beats = [];
  const policy = { controlPlaneDeadlineSeconds: DEADLINE_SECONDS };
  await recordIn(cluster).put('plan', samplePlan([VERIFICATION], policy));
  for (const revision of [OLD, NEW]) {
    placeControlPlane(cluster, revision);
    placeInjector(revision, 'Uk9PVA==');
  }
  time.meanwhile(() => undefined);
});

/** The injector of a revision, with the root certificate that its istiod wrote there. */
function placeInjector(revision: string, caBundle: string): void {
  const injector = mutatingWebhook(`istio-sidecar-injector-${revision}`, {
    'istio.io/rev': revision,
  });
  const webhooks = [{ name: 'rev.istio.io', clientConfig: { caBundle } }];
  cluster.place({ ...injector, webhooks });
}

/** The cluster, with every revision injecting what asks for it. */
function injecting(): KubernetesClient {
  return {
    ...cluster,
    create: async (object, options) => {
      const { metadata, ...rest } = await cluster.create(object, options);
      return { ...rest, metadata: { ...metadata, annotations: metadata.labels ?? {} } };
    },
  };
}

function placeIstiodPod(
  name: string,
  revision: string,
  version: string,
  { isReady = true }: { readonly isReady?: boolean } = {},
): void {
  cluster.place({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `istiod-${name}`,
      namespace: 'istio-system',
      labels: { app: 'istiod', 'istio.io/rev': revision },
    },
    spec: { containers: [{ name: 'discovery', image: `docker.io/istio/pilot:${version}` }] },
    status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  });
}

function verify(): Promise<Verdict> {
  return env.run(() =>
    verifyControlPlane(
      accessTo(injecting()),
      { ...RUN, step: VERIFICATION.id },
      { beat: (details) => void beats.push(details) },
    ),
  );
}

describe('a new control plane', () => {
  it('is proven when both are ready, inject, and have the same root certificate', async () => {
    const verdict = await verify();

    expect(verdict.status).toBe('Healthy');
    expect(verdict.conditions.map(({ type }) => type).sort()).toEqual([
      'ControlPlanePods',
      'ControlPlaneReady',
      'ControlPlaneReady',
      'InjectionAnswers',
      'InjectionAnswers',
      'SameRootCertificate',
    ]);
    expect(time.waits).toBe(0);
  });

  it('is shown with each look, by the pods of each version that serve, come and go', async () => {
    placeIstiodPod('a', OLD, '1.25.1');
    placeIstiodPod('b', NEW, '1.26.1', { isReady: false });
    placeControlPlane(cluster, NEW, 0);
    time.meanwhile(() => {
      placeControlPlane(cluster, NEW);
      placeIstiodPod('b', NEW, '1.26.1');
    });

    const { conditions } = await verify();

    const old = { revision: OLD, version: '1.25.1', ready: 1, starting: 0, terminating: 0 };
    const next = { revision: NEW, version: '1.26.1', ready: 0, starting: 1, terminating: 0 };
    expect(beats).toEqual([
      { done: 0, total: 1, controlPlane: [old, next] },
      { done: 1, total: 1, controlPlane: [old, { ...next, ready: 1, starting: 0 }] },
    ]);
    expect(conditions.at(-1)?.message).toBe('istiod 1.25.1: 1 ready; istiod 1.26.1: 1 ready');
  });

  it.each<readonly [string, () => unknown, () => unknown]>([
    [
      'it is ready',
      () => placeControlPlane(cluster, NEW, 0),
      () => placeControlPlane(cluster, NEW),
    ],
    [
      'its root certificate is known',
      () => placeInjector(NEW, ''),
      () => placeInjector(NEW, 'Uk9PVA=='),
    ],
  ])('is waited for until %s', async (_what, before, after) => {
    before();
    time.meanwhile(after);

    expect((await verify()).status).toBe('Healthy');

    expect(time.waits).toBe(1);
  });

  it.each<readonly [string, RegExp, () => unknown]>([
    ['it is not ready', /1-26-1: 0 of 2/, () => placeControlPlane(cluster, NEW, 0)],
    ['the old one is not ready', /1-25-1: 0 of 2/, () => placeControlPlane(cluster, OLD, 0)],
    ['the roots differ', /different root/, () => placeInjector(NEW, 'T1RIRVI=')],
    ['a root is not known', /no root/, () => placeInjector(NEW, '')],
  ])('is refused when %s at its deadline', async (_what, words, change) => {
    change();

    const problem = await problemOf(verify());

    expect(problem).toMatch(/^Unhealthy: /);
    expect(problem).toMatch(words);
    expect(time.waits).toBe(DEADLINE_SECONDS + 1);
  });

  it('gets no verdict when its worker is told to go: another one looks again', async () => {
    placeControlPlane(cluster, NEW, 0);
    time.meanwhile(() => env.cancel('WORKER_SHUTDOWN'));

    await expect(verify()).rejects.toThrow(CancelledFailure);
  });
});
