import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { openWaveView } from '../../src/activities/restart/wave-view.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import { createFakeKubernetes } from '../support/fake-kubernetes.ts';

it('a view that cannot open all of its watches leaves none behind', async () => {
  const cluster = createFakeKubernetes();
  const signals: (AbortSignal | undefined)[] = [];
  const halfBlind: KubernetesClient = {
    ...cluster,
    follow: async (kind, options, pick) => {
      signals.push(options.signal);
      if (kind.kind === 'PodDisruptionBudget') throw new Error('forbidden');
      return cluster.follow(kind, options, pick);
    },
  };

  await expect(
    openWaveView(halfBlind, { namespaces: ['shop'], workloads: [] }, () => undefined),
  ).rejects.toThrow('forbidden');

  expect(signals).toHaveLength(6);
  expect(signals.every((signal) => signal?.aborted === true)).toBe(true);
});

it('lists anew only what shows the workloads that are doubted, and knows how old the rest is', async () => {
  const cluster = createFakeKubernetes();
  const refreshed: string[] = [];
  const counting: KubernetesClient = {
    ...cluster,
    follow: async (kind, options, pick) => {
      const mirror = await cluster.follow(kind, options, pick);
      const name = `${options.namespace ?? ''}/${kind.kind}`;
      const refresh = async (): Promise<void> => {
        refreshed.push(name);
        await mirror.refresh();
      };
      return { ...mirror, refresh };
    },
  };
  const scope = { namespaces: ['shop', 'bank'], workloads: [] };
  const view = await openWaveView(counting, scope, () => undefined);
  const [cart, till] = [
    { kind: 'StatefulSet', namespace: 'shop' },
    { kind: 'StatefulSet', namespace: 'bank' },
  ] as const;
  const before = view.certainAt(till);
  expect(view.certainAt(cart)).toBeLessThanOrEqual(Date.now());
  await delay(5);

  view.confirm([cart]);
  await delay(5);

  expect(refreshed.toSorted()).toEqual(
    ['Pod', 'PodDisruptionBudget', 'ReplicaSet', 'StatefulSet'].map((kind) => `shop/${kind}`),
  );
  expect(view.certainAt(cart)).toBeGreaterThan(before);
  expect(view.certainAt(till)).toBe(before);
  view.close();
});
