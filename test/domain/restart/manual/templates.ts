import type { KubernetesObject } from '../../../../src/domain/kubernetes-object.ts';
import {
  readTemplate,
  type PodTemplate,
} from '../../../../src/domain/restart/manual/pod-template.ts';

/** What a workload is made of without a proxy. */
export const APP = { name: 'app', image: 'registry.example.com/cart:1' };

/** The proxy that an injection of that version puts in. */
export function proxy(version: string): { readonly name: string; readonly image: string } {
  return { name: 'istio-proxy', image: `docker.io/istio/proxyv2:${version}` };
}

export function workload(
  template: object,
  {
    kind = 'Deployment',
    ...metadata
  }: { readonly kind?: string; readonly namespace?: string; readonly name?: string } = {},
): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'cart', ...metadata },
    spec: { replicas: 2, template },
  };
}

/** A template as an injection by that version leaves it. */
export function injected(
  version: string,
  {
    annotations = {},
    ...spec
  }: {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  } = {},
): PodTemplate {
  const revision = version.replaceAll('.', '-');
  const status = JSON.stringify({ containers: ['istio-proxy'], volumes: ['istio-data'], revision });
  return template({
    metadata: {
      labels: { app: 'cart' },
      annotations: {
        'istio.io/rev': revision,
        'sidecar.istio.io/status': status,
        ...annotations,
      },
    },
    spec: {
      containers: [APP, proxy(version)],
      volumes: [{ name: 'istio-data', emptyDir: {} }],
      ...spec,
    },
  });
}

export function template(value: object): PodTemplate {
  const read = readTemplate(workload(value));
  if (read === undefined) throw new Error('expected a pod template');
  return read;
}
