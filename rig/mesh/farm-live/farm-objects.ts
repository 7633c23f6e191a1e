import type { Manifest } from '../../kubernetes/manifest.ts';
import type { LiveNamespace, LiveWorkload } from './plan-farm.ts';

/** Set on all that a farm consists of. */
export const FARM_LABEL = { 'app.kubernetes.io/part-of': 'live-farm' } as const;

/** On a pod: how long KWOK takes to make it ready, such as `5s`. */
export const READY_AFTER = 'rig.meshlift.dev/ready-after';

/** On a pod: how it fails with a proxy newer than the starting one. */
export const FAILS_BY = 'rig.meshlift.dev/fails-by';
export type FailsBy = 'crash' | 'never-ready' | 'image-pull';

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
  const { name, kind } = workload;
  return {
    apiVersion: kind === 'Job' || kind === 'CronJob' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name, namespace, labels: { ...FARM_LABEL, app: name } },
    spec: buildSpec(workload),
  };
}

function buildSpec(workload: LiveWorkload): Readonly<Record<string, unknown>> {
  const { name, kind, replicas, strategy } = workload;
  const template = buildTemplate(workload);
  const pods = { selector: { matchLabels: { app: name } }, template };
  // Many restarts of many workloads: ten old ReplicaSets of each would fill the API server.
  const kept = { revisionHistoryLimit: 2, ...pods };
  switch (kind) {
    case 'Deployment':
      return { replicas, ...strategyOf(strategy), ...kept };
    case 'StatefulSet':
      return { replicas, serviceName: name, ...updateStrategyOf(workload), ...kept };
    case 'DaemonSet':
      return { ...updateStrategyOf(workload), ...kept };
    case 'ReplicaSet':
      return { replicas, ...pods };
    case 'Job':
      return { completions: replicas, template };
    case 'CronJob':
      return { schedule: NEVER_SOON, jobTemplate: { spec: { template } } };
  }
}

/** 29 February: listed, and never run while somebody looks. */
const NEVER_SOON = '0 0 29 2 *';

function strategyOf(rollingUpdate: LiveWorkload['strategy']): object {
  return rollingUpdate === undefined ? {} : { strategy: { type: 'RollingUpdate', rollingUpdate } };
}

function updateStrategyOf({ oddity }: LiveWorkload): object {
  if (oddity === 'on-delete') return { updateStrategy: { type: 'OnDelete' } };
  if (oddity !== 'partition') return {};
  return { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } };
}

/** What a workload gets once it runs: one that is made paused would never get pods. */
export function changeOnceReady({ oddity }: LiveWorkload): object | undefined {
  return oddity === 'paused' ? { spec: { paused: true } } : undefined;
}

function buildTemplate(workload: LiveWorkload): unknown {
  const { name, kind, oddity, readyAfterSeconds, failsBy } = workload;
  const annotations = {
    ...(readyAfterSeconds === undefined ? {} : { [READY_AFTER]: `${readyAfterSeconds}s` }),
    ...(failsBy === undefined ? {} : { [FAILS_BY]: failsBy }),
  };
  const inject = oddity === 'opted-out' ? { 'sidecar.istio.io/inject': 'false' } : {};
  const endsItself = kind === 'Job' || kind === 'CronJob';
  return {
    metadata: { labels: { ...FARM_LABEL, app: name, version: 'v1', ...inject }, annotations },
    spec: {
      terminationGracePeriodSeconds: 5,
      ...(endsItself ? { restartPolicy: 'Never' } : {}),
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
