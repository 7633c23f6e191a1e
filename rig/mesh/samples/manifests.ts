import type { Manifest } from '../../kubernetes/manifest.ts';
import type { SampleNamespace, SampleWorkload } from './workloads.ts';

/** Set on all that the rig brings along, so that it can be told from what a person adds. */
export const SAMPLE_LABEL = { 'app.kubernetes.io/part-of': 'sample-mesh' } as const;

const SERVICE_PORT = 8080;

export function buildNamespace({ name, labels }: SampleNamespace): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...SAMPLE_LABEL, ...labels } },
  };
}

export function buildWorkloads({ name: namespace, workloads }: SampleNamespace): Manifest[] {
  return workloads.flatMap((workload) => [
    buildService(namespace, workload),
    buildWorkload(namespace, workload),
    ...buildBudget(namespace, workload),
  ]);
}

function buildWorkload(namespace: string, workload: SampleWorkload): Manifest {
  const { name, kind, replicas } = workload;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, labels: { ...SAMPLE_LABEL, app: name } },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas }),
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { ...SAMPLE_LABEL, app: name, version: 'v1' } },
        spec: {
          terminationGracePeriodSeconds: 5,
          containers: [
            {
              name: 'app',
              image: `registry.example.com/${namespace}/${name}:1.4.2`,
              ports: [{ containerPort: SERVICE_PORT, name: 'http' }],
              readinessProbe: { httpGet: { path: '/healthz', port: 'http' } },
              resources: { requests: { cpu: '50m', memory: '64Mi' } },
            },
          ],
        },
      },
    },
  };
}

function buildService(namespace: string, { name, kind }: SampleWorkload): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { ...SAMPLE_LABEL, app: name } },
    spec: {
      selector: { app: name },
      ports: [{ name: 'http', port: SERVICE_PORT, targetPort: 'http' }],
      ...(kind === 'StatefulSet' ? { clusterIP: 'None' } : {}),
    },
  };
}

function buildBudget(namespace: string, { name, budget }: SampleWorkload): Manifest[] {
  if (budget === undefined) return [];
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name, namespace, labels: { ...SAMPLE_LABEL, app: name } },
      spec: { ...budget, selector: { matchLabels: { app: name } } },
    },
  ];
}
