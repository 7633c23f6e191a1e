import { suitePart } from '../suite-part.ts';
import type { Topic } from '../topic.ts';
import { benchLargePart, benchPart } from './bench-part.ts';
import { mixedPart } from './mixed-part.ts';

/** Workloads move without one being dropped, whatever they are and whatever happens meanwhile. */
export const DATA_PLANE: Topic = {
  name: 'data-plane',
  title: 'moving workloads within their budgets: every kind, failures, crashes, and what it costs',
  parts: [
    mixedPart,
    suitePart(
      'kinds',
      'each kind of workload, Argo Rollouts and Flagger among them; about 8 minutes',
      { stage: 'e2e', pattern: 'wave-methods' },
      { stage: 'data-plane', pattern: 'wave-kinds' },
      { stage: 'e2e', pattern: 'controllers' },
    ),
    suitePart('failures', 'each cause of a failed rollout is named; about 5 minutes', {
      stage: 'data-plane',
      pattern: 'wave-failures',
    }),
    suitePart('kills', 'kill -9 of the worker, twenty times in a run; about 6 minutes', {
      stage: 'data-plane',
      pattern: 'kills',
    }),
    suitePart(
      'faults',
      'dead watches, 410, 429 and 500 between the worker and the API server; about 15 minutes',
      { stage: 'e2e', pattern: 'fault-proxy' },
      { stage: 'data-plane', pattern: 'faults' },
    ),
    suitePart('census', 'done means connected to the target istiod; about 4 minutes', {
      stage: 'data-plane',
      pattern: 'census',
    }),
    suitePart('moves', 'by tag, namespace and pod label, and within a namespace; about 4 minutes', {
      stage: 'data-plane',
      pattern: 'wave-moves',
    }),
    suitePart('manual', 'workloads injected by hand are rendered again; about 3 minutes', {
      stage: 'data-plane',
      pattern: 'wave-manual',
    }),
    suitePart('refresh', 'proxies older than their control plane are moved; about 4 minutes', {
      stage: 'data-plane',
      pattern: 'refresh-proxies',
    }),
    benchPart,
    benchLargePart,
  ],
};
