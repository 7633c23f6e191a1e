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
