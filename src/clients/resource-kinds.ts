import type { ObjectRef } from '../domain/kubernetes-object.ts';

/** Where a kind lives in the API: needed to make a path from a reference without asking discovery. */
export interface ResourceKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

function kind(apiVersion: string, name: string, plural: string, namespaced = true): ResourceKind {
  return { apiVersion, kind: name, plural, namespaced };
}

/** Every kind that meshlift reads or that an Istio release brings. */
export const RESOURCE_KINDS = {
  configMap: kind('v1', 'ConfigMap', 'configmaps'),
  event: kind('v1', 'Event', 'events'),
  namespace: kind('v1', 'Namespace', 'namespaces', false),
  node: kind('v1', 'Node', 'nodes', false),
  pod: kind('v1', 'Pod', 'pods'),
  secret: kind('v1', 'Secret', 'secrets'),
  service: kind('v1', 'Service', 'services'),
  serviceAccount: kind('v1', 'ServiceAccount', 'serviceaccounts'),
  controllerRevision: kind('apps/v1', 'ControllerRevision', 'controllerrevisions'),
  daemonSet: kind('apps/v1', 'DaemonSet', 'daemonsets'),
  deployment: kind('apps/v1', 'Deployment', 'deployments'),
  replicaSet: kind('apps/v1', 'ReplicaSet', 'replicasets'),
  statefulSet: kind('apps/v1', 'StatefulSet', 'statefulsets'),
  horizontalPodAutoscaler: kind(
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    'horizontalpodautoscalers',
  ),
  podDisruptionBudget: kind('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  endpointSlice: kind('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  selfSubjectAccessReview: kind(
    'authorization.k8s.io/v1',
    'SelfSubjectAccessReview',
    'selfsubjectaccessreviews',
    false,
  ),
  clusterRole: kind('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', false),
  clusterRoleBinding: kind(
    'rbac.authorization.k8s.io/v1',
    'ClusterRoleBinding',
    'clusterrolebindings',
    false,
  ),
  role: kind('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  roleBinding: kind('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  customResourceDefinition: kind(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    false,
  ),
  mutatingWebhook: kind(
    'admissionregistration.k8s.io/v1',
    'MutatingWebhookConfiguration',
    'mutatingwebhookconfigurations',
    false,
  ),
  validatingWebhook: kind(
    'admissionregistration.k8s.io/v1',
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
    false,
  ),
  validatingAdmissionPolicy: kind(
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicy',
    'validatingadmissionpolicies',
    false,
  ),
  validatingAdmissionPolicyBinding: kind(
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicyBinding',
    'validatingadmissionpolicybindings',
    false,
  ),
  job: kind('batch/v1', 'Job', 'jobs'),
  cronJob: kind('batch/v1', 'CronJob', 'cronjobs'),
  envoyFilter: kind('networking.istio.io/v1alpha3', 'EnvoyFilter', 'envoyfilters'),
  argoRollout: kind('argoproj.io/v1alpha1', 'Rollout', 'rollouts'),
  flaggerCanary: kind('flagger.app/v1beta1', 'Canary', 'canaries'),
  istioOperator: kind('install.istio.io/v1alpha1', 'IstioOperator', 'istiooperators'),
  sailIstio: kind('sailoperator.io/v1', 'Istio', 'istios', false),
  sailRevision: kind('sailoperator.io/v1', 'IstioRevision', 'istiorevisions', false),
  googleRevision: kind(
    'mesh.cloud.google.com/v1beta1',
    'ControlPlaneRevision',
    'controlplanerevisions',
  ),
} as const satisfies Record<string, ResourceKind>;

const BY_NAME = new Map<string, ResourceKind>(
  Object.values(RESOURCE_KINDS).map((known) => [`${known.apiVersion}/${known.kind}`, known]),
);

/** The kind of a reference; an unknown one is an error, never a guess. */
export function resourceKindOf(ref: Pick<ObjectRef, 'apiVersion' | 'kind'>): ResourceKind {
  const known = BY_NAME.get(`${ref.apiVersion}/${ref.kind}`);
  if (known === undefined) {
    throw new Error(
      `meshlift does not know the kind ${ref.kind} of ${ref.apiVersion}; known are ${[...BY_NAME.keys()].join(', ')}`,
    );
  }
  return known;
}

/** The URL path of a collection. */
export function collectionPath(resource: ResourceKind, namespace?: string): string {
  const root = resource.apiVersion.includes('/')
    ? `/apis/${resource.apiVersion}`
    : `/api/${resource.apiVersion}`;
  const scope =
    resource.namespaced && namespace !== undefined
      ? `/namespaces/${encodeURIComponent(namespace)}`
      : '';
  return `${root}${scope}/${resource.plural}`;
}

/** The URL path of one object. */
export function objectPath(ref: ObjectRef): string {
  return `${collectionPath(resourceKindOf(ref), ref.namespace)}/${encodeURIComponent(ref.name)}`;
}
