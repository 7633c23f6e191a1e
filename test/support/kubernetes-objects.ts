import type { KubernetesObject, ObjectMeta } from '../../src/domain/kubernetes-object.ts';

interface More {
  readonly metadata?: Partial<ObjectMeta>;
  readonly [field: string]: unknown;
}

function build(
  apiVersion: string,
  kind: string,
  metadata: ObjectMeta,
  more: More = {},
): KubernetesObject {
  const { metadata: changes, ...rest } = more;
  return { apiVersion, kind, ...rest, metadata: { ...metadata, ...changes } };
}

export function namespaceObject(
  name: string,
  labels: Readonly<Record<string, string>> = {},
): KubernetesObject {
  return build('v1', 'Namespace', { name, uid: `uid-${name}`, labels });
}

/** A Deployment, StatefulSet or DaemonSet in `shop`. */
export function workloadObject(kind: string, name: string, more: More = {}): KubernetesObject {
  return build('apps/v1', kind, { name, namespace: 'shop', uid: `uid-shop-${name}` }, more);
}

export function replicaSetOf(deployment: string, name = `${deployment}-5d`): KubernetesObject {
  return build('apps/v1', 'ReplicaSet', {
    name,
    namespace: 'shop',
    uid: `uid-rs-${name}`,
    ownerReferences: [owner('Deployment', deployment)],
  });
}

export function owner(
  kind: string,
  name: string,
  uid = `uid-shop-${name}`,
): NonNullable<ObjectMeta['ownerReferences']>[number] {
  return { apiVersion: 'apps/v1', kind, name, uid, controller: true };
}

/** A pod in `shop` that the given revision injected, ready. */
export function podObject(
  name: string,
  revision: string | undefined,
  more: More = {},
): KubernetesObject {
  return build(
    'v1',
    'Pod',
    {
      name,
      namespace: 'shop',
      uid: `uid-pod-${name}`,
      resourceVersion: '7',
      ...(revision === undefined ? {} : { annotations: { 'istio.io/rev': revision } }),
    },
    {
      spec: {
        containers: [
          { name: 'app', image: 'app:1' },
          ...(revision === undefined ? [] : [proxyContainer(revision)]),
        ],
      },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      ...more,
    },
  );
}

export function proxyContainer(revision: string): { name: string; image: string } {
  return { name: 'istio-proxy', image: `docker.io/istio/proxyv2:${revision.replaceAll('-', '.')}` };
}

/** A tag's webhook configuration, or a revision's own injector. */
export function mutatingWebhook(
  name: string,
  labels: Readonly<Record<string, string>>,
  service = `istiod-${labels['istio.io/rev'] ?? ''}`,
): KubernetesObject {
  return build(
    'admissionregistration.k8s.io/v1',
    'MutatingWebhookConfiguration',
    { name, uid: `uid-${name}`, labels },
    {
      webhooks: [
        {
          name: 'rev.namespace.sidecar-injector.istio.io',
          clientConfig: {
            service: { name: service, namespace: 'istio-system', path: '/inject', port: 443 },
            caBundle: 'Q0E=',
          },
          failurePolicy: 'Fail',
        },
      ],
    },
  );
}

export function configMap(
  name: string,
  data: Readonly<Record<string, string>>,
  more: More = {},
): KubernetesObject {
  return build('v1', 'ConfigMap', { name, namespace: 'istio-system' }, { data, ...more });
}
