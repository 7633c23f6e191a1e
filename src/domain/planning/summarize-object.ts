import { isJsonList, isJsonObject } from '../json.ts';
import { describeCount } from '../rollout/describe-count.ts';
import type { Json, KubernetesObject } from '../kubernetes-object.ts';

type Summary = (object: KubernetesObject) => string;

const BY_KIND: Readonly<Record<string, Summary>> = {
  Deployment: summarizePods,
  DaemonSet: summarizePods,
  Service: (object) => `ports ${membersOf(listAt(object, 'spec', 'ports'), 'port')}`,
  HorizontalPodAutoscaler: (object) =>
    `${at(object, 'spec', 'minReplicas') ?? 1} to ${at(object, 'spec', 'maxReplicas') ?? '?'} replicas`,
  PodDisruptionBudget: (object) =>
    `minAvailable ${at(object, 'spec', 'minAvailable') ?? 'not set'}, maxUnavailable ${at(object, 'spec', 'maxUnavailable') ?? 'not set'}`,
  ConfigMap: (object) => `keys ${keysAt(object, 'data').join(', ')}`,
  ClusterRole: summarizeRules,
  Role: summarizeRules,
  ClusterRoleBinding: summarizeBinding,
  RoleBinding: summarizeBinding,
  CustomResourceDefinition: (object) =>
    `versions ${membersOf(listAt(object, 'spec', 'versions'), 'name')}`,
  MutatingWebhookConfiguration: summarizeWebhooks,
  ValidatingWebhookConfiguration: summarizeWebhooks,
};

/** What an object that will be created is, in a few words: enough to know it, not the whole of it. */
export function summarizeObject(object: KubernetesObject): string {
  return (BY_KIND[object.kind] ?? summarizeMembers)(object);
}

function summarizePods(object: KubernetesObject): string {
  const containers = listAt(object, 'spec', 'template', 'spec', 'containers');
  return `${at(object, 'spec', 'replicas') ?? 1} replicas of ${membersOf(containers, 'image')}`;
}

function summarizeRules(object: KubernetesObject): string {
  return describeCount(listAt(object, 'rules').length, 'rule');
}

function summarizeBinding(object: KubernetesObject): string {
  return `binds ${at(object, 'roleRef', 'name') ?? '?'}`;
}

function summarizeWebhooks(object: KubernetesObject): string {
  return `webhooks ${membersOf(listAt(object, 'webhooks'), 'name')}`;
}

function summarizeMembers(object: KubernetesObject): string {
  const common = new Set(['apiVersion', 'kind', 'metadata']);
  return Object.keys(object)
    .filter((key) => !common.has(key))
    .join(', ');
}

/** One member of each item, listed. */
function membersOf(items: readonly Json[], member: string): string {
  return items.map((item) => at(item, member) ?? '?').join(', ');
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
