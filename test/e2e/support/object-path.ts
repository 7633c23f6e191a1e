import type { ObjectName } from '../scenarios/scenario.ts';

/** API versions of the kinds that scenarios speak of. */
const API_VERSIONS: Readonly<Record<string, string>> = {
  ConfigMap: 'v1',
  Namespace: 'v1',
  Node: 'v1',
  Pod: 'v1',
  ResourceQuota: 'v1',
  Service: 'v1',
  DaemonSet: 'apps/v1',
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  CronJob: 'batch/v1',
  Job: 'batch/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  PodDisruptionBudget: 'policy/v1',
  ClusterRole: 'rbac.authorization.k8s.io/v1',
  Role: 'rbac.authorization.k8s.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  MutatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  EnvoyFilter: 'networking.istio.io/v1alpha3',
  VirtualService: 'networking.istio.io/v1',
  Rollout: 'argoproj.io/v1alpha1',
  Canary: 'flagger.app/v1beta1',
  Istio: 'sailoperator.io/v1',
};

export interface ObjectPlace {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** Where its kind is listed and made. */
  readonly collection: string;
  /** Where it is itself. */
  readonly path: string;
}

/** Where an object lives that is named as findings name it. */
export function placeOf(object: ObjectName): ObjectPlace {
  const [kind = '', where = ''] = object.split(' ');
  const apiVersion = API_VERSIONS[kind];
  if (apiVersion === undefined) throw new Error(`no API version is known of ${object}`);
  const [name = '', namespace] = where.split('/').reverse();
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  const collection = `${root}${scope}/${pluralOf(kind)}`;
  return {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    collection,
    path: `${collection}/${name}`,
  };
}

/** The same kind in the same namespace under another name. */
export function renamed(object: ObjectName, name: string): ObjectName {
  const { kind, namespace } = placeOf(object);
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

function pluralOf(kind: string): string {
  return `${kind.toLowerCase()}s`.replace(/ys$/, 'ies');
}
