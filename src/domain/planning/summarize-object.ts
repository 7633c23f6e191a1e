import { isJsonList, isJsonObject } from '../json.ts';
import type { Json, KubernetesObject } from '../kubernetes-object.ts';

/** What an object that will be created is, in a few words: enough to know it, not the whole of it. */
export function summarizeObject(object: KubernetesObject): string {
  switch (object.kind) {
    case 'Deployment':
    case 'DaemonSet':
      return `${at(object, 'spec', 'replicas') ?? 1} replicas of ${imagesOf(object).join(', ')}`;
    case 'Service':
      return `ports ${listAt(object, 'spec', 'ports')
        .map((port) => at(port, 'port'))
        .join(', ')}`;
    case 'HorizontalPodAutoscaler':
      return `${at(object, 'spec', 'minReplicas') ?? 1} to ${at(object, 'spec', 'maxReplicas') ?? '?'} replicas`;
    case 'PodDisruptionBudget':
      return `minAvailable ${at(object, 'spec', 'minAvailable') ?? 'not set'}, maxUnavailable ${at(object, 'spec', 'maxUnavailable') ?? 'not set'}`;
    case 'ConfigMap':
      return `keys ${keysAt(object, 'data').join(', ')}`;
    case 'ClusterRole':
    case 'Role':
      return `${listAt(object, 'rules').length} rules`;
    case 'ClusterRoleBinding':
    case 'RoleBinding':
      return `binds ${at(object, 'roleRef', 'name') ?? '?'}`;
    case 'CustomResourceDefinition':
      return `versions ${listAt(object, 'spec', 'versions')
        .map((version) => at(version, 'name'))
        .join(', ')}`;
    case 'MutatingWebhookConfiguration':
    case 'ValidatingWebhookConfiguration':
      return `webhooks ${listAt(object, 'webhooks')
        .map((webhook) => at(webhook, 'name'))
        .join(', ')}`;
    default:
      return Object.keys(object)
        .filter((key) => !['apiVersion', 'kind', 'metadata'].includes(key))
        .join(', ');
  }
}

function imagesOf(object: KubernetesObject): readonly string[] {
  return listAt(object, 'spec', 'template', 'spec', 'containers').map(
    (container) => at(container, 'image') ?? '?',
  );
}

function memberAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (isJsonObject(at) ? at[key] : undefined), value);
}

/** A text or number, as text. */
function at(value: unknown, ...path: readonly string[]): string | undefined {
  const member = memberAt(value, path);
  return typeof member === 'string' || typeof member === 'number' ? String(member) : undefined;
}

function listAt(value: unknown, ...path: readonly string[]): readonly Json[] {
  const member = memberAt(value, path);
  return isJsonList(member) ? member : [];
}

function keysAt(value: unknown, ...path: readonly string[]): readonly string[] {
  const member = memberAt(value, path);
  return isJsonObject(member) ? Object.keys(member) : [];
}
