import { COMPONENT_LABEL } from '../mesh/istio-labels.ts';
import { formatRef, refOf, type KubernetesObject } from '../kubernetes-object.ts';

/** What a setting is called by people; the first that fits counts. */
const NAMES: readonly { readonly kind: string; readonly field: RegExp; readonly name: string }[] = [
  { kind: 'ConfigMap', field: /^data\.mesh\.accessLog/, name: 'access log' },
  {
    kind: 'ConfigMap',
    field: /^data\.mesh\.(enableTracing|defaultProviders\.tracing|defaultConfig\.tracing)/,
    name: 'tracing',
  },
  { kind: 'ConfigMap', field: /^data\.mesh\.defaultProviders/, name: 'telemetry providers' },
  { kind: 'ConfigMap', field: /^data\.mesh\.extensionProviders/, name: 'extension providers' },
  {
    kind: 'ConfigMap',
    field: /^data\.mesh\.outboundTrafficPolicy/,
    name: 'outbound traffic policy',
  },
  {
    kind: 'ConfigMap',
    field: /^data\.mesh\.defaultConfig\.holdApplication/,
    name: 'proxies start first',
  },
  { kind: 'ConfigMap', field: /^data\.values\.(istio_cni|pilot\.cni)/, name: 'CNI' },
  {
    kind: 'ConfigMap',
    field: /^data\.values\.global\.multiCluster|^data\.values\.global\.network/,
    name: 'several clusters',
  },
  {
    kind: 'ConfigMap',
    field: /^data\.values\.global\.proxy\.resources/,
    name: 'resources of proxies',
  },
  { kind: 'Deployment', field: /\.resources\b/, name: 'resources of istiod' },
  { kind: 'Deployment', field: /^spec\.replicas$/, name: 'replicas of istiod' },
  { kind: 'Deployment', field: /\.image$/, name: 'image of istiod' },
  { kind: 'Deployment', field: /\.args$/, name: 'arguments of istiod' },
  {
    kind: 'Deployment',
    field: /\.(affinity|nodeSelector|tolerations|topologySpreadConstraints)\b/,
    name: 'placement of istiod',
  },
  { kind: 'HorizontalPodAutoscaler', field: /^$/, name: 'autoscaling of istiod' },
  { kind: 'HorizontalPodAutoscaler', field: /./, name: 'bounds of the autoscaling of istiod' },
  { kind: 'PodDisruptionBudget', field: /./, name: 'disruption budget of istiod' },
  { kind: 'Service', field: /./, name: 'Service of istiod' },
];

/** A feature in words. `isOn`: it is there, and not what was switched off. */
export function nameFeature(object: KubernetesObject, field: string, isOn: boolean): string {
  const known = NAMES.find((each) => each.kind === object.kind && each.field.test(field));
  const name = known?.name ?? nameField(object, field);
  return isOn ? name : `${name} off`;
}

function nameField(object: KubernetesObject, field: string): string {
  const [, variable] = /\.env\[name="([^"]+)"\]/.exec(field) ?? [];
  if (variable !== undefined) return `variable ${variable} of istiod`;
  if (object.kind === 'ConfigMap' && field.startsWith('data.mesh.')) {
    return `mesh configuration ${field.slice('data.mesh.'.length)}`;
  }
  if (object.kind === 'ConfigMap' && field.startsWith('data.values.')) {
    return `injection setting ${field.slice('data.values.'.length)}`;
  }
  const subject = formatRef(refOf(object));
  return field === '' ? subject : `${subject} ${field}`;
}

/** Components beside the control plane, by the label that istioctl gives all of its objects. */
const COMPONENTS: Readonly<Record<string, string>> = {
  IngressGateways: 'ingress gateway',
  EgressGateways: 'egress gateway',
  Cni: 'CNI',
  Ztunnel: 'ztunnel',
};

/** What else is installed with the mesh, of its Deployments and DaemonSets; nothing of it is touched. */
export function nameComponents(objects: readonly KubernetesObject[]): readonly string[] {
  return objects.flatMap((object) => {
    const name = COMPONENTS[object.metadata.labels?.[COMPONENT_LABEL] ?? ''];
    return name === undefined ? [] : [`${name} (${formatRef(refOf(object))})`];
  });
}
