import type { PodTemplateShape } from '../../inventory/pod-spec.ts';
import { isJsonList, isJsonObject } from '../../json.ts';
import type { Json, JsonObject, KubernetesObject } from '../../kubernetes-object.ts';

/** The pod template of a workload as JSON, and as what of it is read. */
export type PodTemplate = JsonObject & PodTemplateShape;

/** `undefined` where the object has no template with containers, as a text of somebody's may not. */
export function readTemplate(object: KubernetesObject): PodTemplate | undefined {
  const template = memberOf(object['spec'], 'template');
  return isPodTemplate(template) ? withoutNulls(template) : undefined;
}

/** Guards what is read as text or list later on. */
function isPodTemplate(template: Json | undefined): template is PodTemplate {
  const spec = memberOf(template, 'spec');
  const { containers, initContainers = [] } = isJsonObject(spec) ? spec : {};
  const annotations = memberOf(memberOf(template, 'metadata'), 'annotations') ?? {};
  return (
    isJsonList(containers) &&
    isJsonList(initContainers) &&
    [...containers, ...initContainers].every(isContainer) &&
    isJsonObject(annotations) &&
    Object.values(annotations).every((value) => typeof value === 'string')
  );
}

function isContainer(container: Json): boolean {
  if (!isJsonObject(container)) return false;
  const { name, image = '' } = container;
  return typeof name === 'string' && typeof image === 'string';
}

function memberOf(value: unknown, key: string): Json | undefined {
  return isJsonObject(value) ? value[key] : undefined;
}

/** Go writes times that are not set as `null`; to a server that is the same as nothing. */
function withoutNulls<T extends Json>(value: T): T;
function withoutNulls(value: Json): Json {
  if (isJsonList(value)) return value.map((item) => withoutNulls(item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      member === null || member === undefined ? [] : [[key, withoutNulls(member)]],
    ),
  );
}
