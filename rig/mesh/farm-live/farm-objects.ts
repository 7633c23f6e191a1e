import type { Manifest } from '../../kubernetes/manifest.ts';
import type { LiveNamespace, LiveWorkload } from './plan-farm.ts';

/** Set on all that a farm consists of. */
export const FARM_LABEL = { 'app.kubernetes.io/part-of': 'live-farm' } as const;

/** On a pod: how long KWOK takes to make it ready, such as `5s`. */
export const READY_AFTER = 'rig.meshlift.dev/ready-after';

/** On a pod: how it fails with a proxy newer than the starting one. */
export const FAILS_BY = 'rig.meshlift.dev/fails-by';

export function buildFarmNamespace({ name, labels }: LiveNamespace): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...FARM_LABEL, ...labels } },
  };
}

/** The budget comes first: it is there before the pods that it is about. */
export function buildFarmWorkload(namespace: string, workload: LiveWorkload): readonly Manifest[] {
  return [...buildBudget(namespace, workload), buildWorkload(namespace, workload)];
}

function buildWorkload(namespace: string, workload: LiveWorkload): Manifest {
  const { name, kind, replicas } = workload;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, labels: { ...FARM_LABEL, app: name } },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas }),
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      ...strategyOf(workload),
      // Many restarts of many workloads: ten old ReplicaSets of each would fill the API server.
      revisionHistoryLimit: 2,
      selector: { matchLabels: { app: name } },
      template: buildTemplate(workload),
    },
  };
}

function strategyOf({ strategy }: LiveWorkload): Readonly<Record<string, unknown>> {
  if (strategy === undefined) return {};
  return { strategy: { type: 'RollingUpdate', rollingUpdate: strategy } };
}

function buildTemplate({ name, readyAfterSeconds, failsBy }: LiveWorkload): unknown {
  const annotations = {
    ...(readyAfterSeconds === undefined ? {} : { [READY_AFTER]: `${readyAfterSeconds}s` }),
    ...(failsBy === undefined ? {} : { [FAILS_BY]: failsBy }),
  };
  return {
    metadata: { labels: { ...FARM_LABEL, app: name, version: 'v1' }, annotations },
    spec: {
      terminationGracePeriodSeconds: 5,
      containers: [
        {
          name: 'app',
          image: 'registry.example.com/farm/app:1.0.0',
          resources: { requests: { cpu: '20m', memory: '32Mi' } },
        },
      ],
    },
  };
}

function buildBudget(namespace: string, { name, budget }: LiveWorkload): readonly Manifest[] {
  if (budget === undefined) return [];
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name, namespace, labels: { ...FARM_LABEL, app: name } },
      spec: { ...budget, selector: { matchLabels: { app: name } } },
    },
  ];
}
