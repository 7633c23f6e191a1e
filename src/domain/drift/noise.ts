import { isJsonList, isJsonObject } from '../json.ts';
import type { Json, KubernetesObject } from '../kubernetes-object.ts';
import { ownedFields, type OwnedField } from './field-owners.ts';

/** Field manager of `istioctl install`; its other commands write as `istioctl` and the like. */
export const INSTALLER = 'istio-operator';

/** Whether the installer applied the field. */
export function isInstallers({ manager, operation }: OwnedField): boolean {
  return manager === INSTALLER && operation === 'Apply';
}

/**
 * Names follow the binary's file name, such as `pilot-discovery-1.25.1`, so they are matched by how
 * they begin. `before-first-apply` stands for an object that was made before anybody applied it.
 */
const OPERATING = [
  'kube-controller-manager',
  'kube-apiserver',
  'pilot-discovery',
  'before-first-apply',
];

/** What is written in normal operation, and by whom. */
export function isOperating(object: KubernetesObject, owned: OwnedField): boolean {
  const { manager, subresource, field } = owned;
  if (OPERATING.some((name) => manager.startsWith(name)) || subresource !== undefined) return true;
  // istioctl takes the selectors of the injector away when a tag becomes the default.
  return (
    object.kind === 'MutatingWebhookConfiguration' &&
    manager.startsWith('istioctl') &&
    SELECTOR.test(field)
  );
}

const SELECTOR = /^\.?webhooks\[name=[^\]]+\]\.(namespaceSelector|objectSelector)(\.|$)/;

/** Whether somebody scales the object: its number of replicas is no part of what was decided about it. */
export function isScaled(object: KubernetesObject): boolean {
  return ownedFields(object).some(
    ({ field, subresource, manager }) =>
      field === '.spec.replicas' &&
      (subresource === 'scale' || manager.startsWith('kube-controller-manager')),
  );
}

/** Fields that the cluster gives, or that are a record for people which nothing reads. */
const GIVEN: readonly { readonly kind: string; readonly path: RegExp }[] = [
  { kind: 'Service', path: /^spec\.(clusterIPs?|healthCheckNodePort|ports\[.*\]\.nodePort)$/ },
  { kind: 'ConfigMap', path: /^data\.(original|merged)-values/ },
];

/** Whether a difference at this path says nothing about an edit. `owners`: who set what is there. */
export function isNoise(
  object: KubernetesObject,
  path: string,
  owners: readonly OwnedField[],
): boolean {
  if (GIVEN.some((given) => given.kind === object.kind && given.path.test(path))) return true;
  return owners.length > 0 && owners.every((each) => isOperating(object, each));
}

/**
 * The object without fields that others keep by design, so that applying it leaves them to those:
 * `fields` are paths of conflicts. Only members of the object, and of its webhooks, can be left out.
 */
export function leaveOut(object: KubernetesObject, fields: readonly string[]): KubernetesObject {
  return fields.reduce<KubernetesObject>((left, field) => {
    const webhook = /^\.webhooks\[name="([^"]+)"\]\.(\w+)/.exec(field);
    if (webhook !== null) return withoutOfWebhook(left, webhook[1] ?? '', webhook[2] ?? '');
    if (field !== '.spec.replicas' || !isJsonObject(left['spec'])) return left;
    const rest = Object.entries(left['spec']).filter(([key]) => key !== 'replicas');
    return { ...left, spec: Object.fromEntries(rest) };
  }, object);
}

function withoutOfWebhook(
  object: KubernetesObject,
  name: string,
  member: string,
): KubernetesObject {
  const { webhooks } = object;
  if (!isJsonList(webhooks)) return object;
  const rest = webhooks.map((webhook): Json => {
    if (!isJsonObject(webhook) || webhook['name'] !== name) return webhook;
    return Object.fromEntries(Object.entries(webhook).filter(([key]) => key !== member));
  });
  return { ...object, webhooks: rest };
}
