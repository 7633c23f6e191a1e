import { beforeEach, describe, expect, it } from '@jest/globals';
import { activityInfo, ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { startHeart } from '../../src/activities/heartbeat.ts';
import { readHealth } from '../../src/activities/health/read-health.ts';
import { watchHealth } from '../../src/activities/health/watch-health.ts';
import { KubernetesError, KubernetesUnreachable } from '../../src/clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import type { HealthStatus, Verdict } from '../../src/domain/health/verdict.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import {
  NEW,
  placeControlPlane,
  placePod,
  placeWorkload,
  type PodState,
} from '../support/placed-mesh.ts';
import { useQuickTime } from '../support/quick-time.ts';
import { accessTo, attemptAfter, problemOf } from '../support/sample-run.ts';

const time = useQuickTime();
const { checkHealth } = await import('../../src/activities/health/check-health.ts');

const SCOPE = { meshNamespace: 'istio-system', revisions: [NEW], namespaces: ['shop'] };

let cluster: FakeKubernetes;
let cart: WorkloadRef;
beforeEach(() => {
  cluster = createFakeKubernetes();
  placeControlPlane(cluster, NEW);
  cart = placeWorkload(cluster, 'cart', { revision: NEW });
  time.meanwhile(() => undefined);
});

/** The cluster, with a webhook that injects into every pod the proxy of that revision. */
function injectedBy(revision: string | undefined): KubernetesClient {
  return {
    ...cluster,
    create: async (object, options) => {
      const { metadata, ...rest } = await cluster.create(object, options);
      const annotations = revision === undefined ? {} : { 'istio.io/rev': revision };
      return { ...rest, metadata: { ...metadata, annotations } };
    },
  };
}

const SICK: PodState = { ready: false, trouble: 'CrashLoopBackOff' };
const UNREADY: PodState = { ready: false };
const WELL: PodState = {};

/** One pod of two is as given. */
function onePodIs(state: PodState): void {
  placePod(cluster, cart, 1, state);
}

describe('a look at the health', () => {
  const look = (kubernetes: KubernetesClient): Promise<Verdict> =>
    readHealth(accessTo(kubernetes), SCOPE);

  it('finds a mesh well, and leaves no trace in it', async () => {
    expect((await look(injectedBy(NEW))).status).toBe('Healthy');

    expect(cluster.writes).toEqual([]);
  });

  it.each<readonly [string, HealthStatus, string, () => unknown]>([
    ['a pod in trouble', 'Degraded', 'PodsRun', () => onePodIs(SICK)],
    ['a pod that is not ready', 'Progressing', 'WorkloadsReady', () => onePodIs(UNREADY)],
    [
      'half of istiod ready',
      'Progressing',
      'ControlPlaneReady',
      () => placeControlPlane(cluster, NEW, 1),
    ],
    ['no istiod ready', 'Degraded', 'ControlPlaneReady', () => placeControlPlane(cluster, NEW, 0)],
  ])('finds %s to be %s', async (_what, status, type, change) => {
    change();

    const verdict = await look(injectedBy(NEW));

    expect(verdict.status).toBe(status);
    expect(verdict.conditions).toContainEqual(expect.objectContaining({ type, status }));
  });

  it.each([
    ['injects nothing', undefined],
    ['injects the proxy of another revision', '1-25-1'],
  ])('finds a webhook that %s to be Degraded', async (_what, revision) => {
    const { conditions } = await look(injectedBy(revision));

    expect(conditions).toContainEqual(
      expect.objectContaining({ type: 'InjectionAnswers', status: 'Degraded' }),
    );
  });

  it('finds a webhook that the server cannot call to be Degraded', async () => {
    const about = { causes: [], retryAfterSeconds: undefined, request: 'POST pods' };
    const refusal = (message: string): KubernetesError =>
      new KubernetesError({ code: 500, reason: 'InternalError', message, ...about });
    const silent = refusal('Internal error occurred: failed calling webhook "rev.injector"');

    const { conditions } = await look({ ...cluster, create: () => Promise.reject(silent) });

    expect(conditions).toContainEqual(
      expect.objectContaining({ type: 'InjectionAnswers', status: 'Degraded' }),
    );
    // Trouble of the server's own says nothing of the webhook.
    const own = refusal('etcdserver: request timed out');
    await expect(look({ ...cluster, create: () => Promise.reject(own) })).rejects.toBe(own);
  });

  it('gives no verdict when the server does not answer', async () => {
    const silence = new KubernetesUnreachable('POST pods', new Error('reset'));

    const verdict = look({ ...cluster, create: () => Promise.reject(silence) });

    await expect(verdict).rejects.toBe(silence);
  });
});

describe('the watch over the health', () => {
  const UNTIL = '2026-11-21T12:00:00.000Z';

  /** One attempt as it is run: what it came to, and the heartbeat that the next one is given. */
  async function attempt(
    heartbeatDetails?: unknown,
  ): Promise<{ readonly outcome: unknown; readonly beat: unknown }> {
    const env = attemptAfter(heartbeatDetails);
    let beat = heartbeatDetails;
    env.on('heartbeat', (details) => {
      beat = details;
    });
    const request = { ...SCOPE, pollSeconds: 10, until: UNTIL };
    const outcome: unknown = await env
      .run(async () => {
        const heart = startHeart(activityInfo().heartbeatDetails);
        try {
          return await watchHealth(accessTo(injectedBy(NEW)), request, heart);
        } finally {
          heart.stop();
        }
      })
      .catch((error: unknown) => error);
    return { outcome, beat };
  }

  /** The looks one after another, each with one pod as given; each gives `watch` or its verdict. */
  async function watch(...pods: readonly PodState[]): Promise<readonly string[]> {
    const seen: string[] = [];
    let details: unknown;
    for (const pod of pods) {
      onePodIs(pod);
      const { outcome, beat } = await attempt(details);
      details = beat;
      seen.push(outcome instanceof ApplicationFailure ? 'watch' : (outcome as Verdict).status);
    }
    return seen;
  }

  it('asks to be asked again after the interval, without an alarm, while all is well', async () => {
    const { outcome } = await attempt();

    expect(outcome).toBeInstanceOf(ApplicationFailure);
    expect(outcome).toMatchObject({
      type: 'StillWatching',
      nonRetryable: false,
      nextRetryDelay: '10 seconds',
      category: ApplicationFailureCategory.BENIGN,
      message: expect.stringContaining(`until ${UNTIL}`) as unknown,
    });
  });

  it.each<readonly [string, readonly PodState[], readonly string[]]>([
    ['two bad looks in a row', [SICK, SICK], ['watch', 'Degraded']],
    ['two bad looks after good ones', [WELL, SICK, SICK], ['watch', 'watch', 'Degraded']],
  ])('gives its verdict after %s', async (_what, pods, expected) => {
    expect(await watch(...pods)).toEqual(expected);
  });

  it.each<readonly [string, readonly PodState[]]>([
    ['one bad look', [SICK]],
    ['two bad looks with a good one between', [SICK, WELL, SICK]],
    ['a pod that is long in becoming ready', [UNREADY, UNREADY, UNREADY]],
  ])('goes on after %s', async (_what, pods) => {
    expect(new Set(await watch(...pods))).toEqual(new Set(['watch']));
  });
});

describe('the last look of a soak', () => {
  const check = (env = attemptAfter()): Promise<Verdict> =>
    env.run(() => checkHealth(accessTo(injectedBy(NEW)), { ...SCOPE, patienceSeconds: 60 }));

  it('is content at once when all is well', async () => {
    expect(await check()).toMatchObject({ status: 'Healthy' });

    expect(time.waits).toBe(0);
  });

  it('is patient with a pod that becomes ready', async () => {
    onePodIs(UNREADY);
    time.meanwhile(() => onePodIs(WELL));

    expect(await check()).toMatchObject({ status: 'Healthy' });

    expect(time.waits).toBe(1);
  });

  it('is patient only so long, and says what it waited for', async () => {
    onePodIs(UNREADY);

    expect(await problemOf(check())).toMatch(/^Unhealthy: .*shop\/cart/);

    expect(time.waits).toBe(31);
  });

  it('is not patient with what does not get well by waiting', async () => {
    onePodIs(SICK);

    expect(await problemOf(check())).toMatch(/^Unhealthy: .*shop\/cart-1 CrashLoopBackOff/);

    expect(time.waits).toBe(0);
  });

  it('gives no verdict when its worker is told to go: another one looks again', async () => {
    onePodIs(UNREADY);
    const env = attemptAfter();
    time.meanwhile(() => env.cancel('WORKER_SHUTDOWN'));

    await expect(check(env)).rejects.toThrow(CancelledFailure);
  });
});
