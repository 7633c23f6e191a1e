import { parse } from 'yaml';
import {
  formatRef,
  refOf,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from '../../domain/kubernetes-object.ts';
import { isJsonList, isJsonObject, sameJson } from './json.ts';
import { installedView } from './recovery/managed-fields.ts';
import { sameQuantity } from './recovery/quantity.ts';

/** One place where a cluster is not what was rendered. */
export interface RenderDifference {
  /** `Kind namespace/name`. */
  readonly object: string;
  /** Such as `spec.template.spec.containers[name="discovery"].image`; empty for the whole object. */
  readonly path: string;
  /** Absent when the installer had applied the field and the render no longer has it. */
  readonly rendered?: Json;
  /** Absent when the cluster has none. */
  readonly live?: Json;
}

/**
 * Where live objects differ from a render: fields that the render sets, and fields that the installer
 * had applied and the render lacks. Defaults and what the API server or istiod itself fills in do not count.
 */
export function compareWithLive(
  rendered: readonly KubernetesObject[],
  live: readonly KubernetesObject[],
): RenderDifference[] {
  const found = new Map(live.map((object) => [formatRef(refOf(object)), object]));
  return rendered.flatMap((object) => {
    const name = formatRef(refOf(object));
    const counterpart = found.get(name);
    if (counterpart === undefined) return [{ object: name, path: '', rendered: summaryOf(object) }];
    return compareObject(object, counterpart)
      .filter(({ path }) => !isNoise(object, path, rendered))
      .map((difference) => ({ object: name, ...difference }));
  });
}

type Difference = Omit<RenderDifference, 'object'>;

function compareObject(rendered: KubernetesObject, live: KubernetesObject): Difference[] {
  const view = installedView(live);
  return Object.keys({ ...rendered, ...view }).flatMap((key) => {
    if (key === 'status') return [];
    if (key === 'metadata') return compareMetadata(rendered, live, view);
    return compareValues(jsonOf(rendered[key]), jsonOf(live[key]), jsonOf(view?.[key]), key);
  });
}

function compareMetadata(
  rendered: KubernetesObject,
  live: KubernetesObject,
  view: JsonObject | undefined,
): Difference[] {
  const viewed = isJsonObject(view?.['metadata']) ? view['metadata'] : {};
  return (['labels', 'annotations'] as const).flatMap((part) =>
    compareValues(
      rendered.metadata[part] ?? {},
      live.metadata[part] ?? {},
      viewed[part],
      `metadata.${part}`,
    ),
  );
}

/** `installed` is the part of `live` that the installer had applied. */
function compareValues(
  rendered: Json | undefined,
  live: Json | undefined,
  installed: Json | undefined,
  path: string,
): Difference[] {
  if (rendered === undefined) {
    return isEmpty(installed) || installed === undefined ? [] : [{ path, live: installed }];
  }
  if (isJsonObject(rendered) && isJsonObject(live)) {
    const owned = isJsonObject(installed) ? installed : {};
    return Object.keys({ ...rendered, ...owned }).flatMap((key) =>
      compareValues(rendered[key], live[key], owned[key], `${path}.${key}`),
    );
  }
  if (isJsonList(rendered) && isJsonList(live)) {
    return compareLists(rendered, live, isJsonList(installed) ? installed : [], path);
  }
  if (isSame(rendered, live)) return [];
  return (
    compareTexts(rendered, live, path) ?? [
      { path, rendered, ...(live === undefined ? {} : { live }) },
    ]
  );
}

/** Lists of named items are compared by name, others whole and in order. */
function compareLists(
  rendered: readonly Json[],
  live: readonly Json[],
  installed: readonly Json[],
  path: string,
): Difference[] {
  const key = keyOf([...rendered, ...live]);
  if (key === undefined) return compareByPosition(rendered, live, installed, path);
  const byKey = (items: readonly Json[], value: Json | undefined): Json | undefined =>
    items.find((item) => isJsonObject(item) && sameJson(item[key], value));
  const keys = [...rendered, ...installed].map((item) => (isJsonObject(item) ? item[key] : item));
  return [...new Set(keys)].flatMap((value) =>
    compareValues(
      byKey(rendered, value),
      byKey(live, value),
      byKey(installed, value),
      `${path}[${key}=${JSON.stringify(value)}]`,
    ),
  );
}

function compareByPosition(
  rendered: readonly Json[],
  live: readonly Json[],
  installed: readonly Json[],
  path: string,
): Difference[] {
  if (rendered.length !== live.length) return [{ path, rendered, live }];
  return rendered.flatMap((item, index) =>
    compareValues(item, live[index], installed[index], `${path}[${index}]`),
  );
}

/** What tells the items of a list apart, when all have it and it is unique. */
function keyOf(items: readonly Json[]): string | undefined {
  return ['name', 'mountPath', 'containerPort', 'port'].find(
    (key) =>
      items.length > 0 &&
      items.every((item) => isJsonObject(item) && item[key] !== undefined) &&
      hasUnique(items, key),
  );
}

function hasUnique(items: readonly Json[], key: string): boolean {
  const seen = items.map((item) => (isJsonObject(item) ? JSON.stringify(item[key]) : ''));
  // Rendered and live items are in one list: each value may be there twice.
  return seen.every((value) => seen.filter((other) => other === value).length <= 2);
}

/** The API server drops empty values, writes quantities anew, and turns some numbers into text. */
function isSame(rendered: Json, live: Json | undefined): boolean {
  if (sameJson(rendered, live)) return true;
  return (isEmpty(rendered) && live === undefined) || sameQuantity(rendered, live);
}

function isEmpty(value: Json | undefined): boolean {
  if (value === null || value === '' || value === false || value === 0) return true;
  if (isJsonList(value)) return value.length === 0;
  return isJsonObject(value) && Object.values(value).every((member) => isEmpty(member));
}

/** Texts that hold YAML or JSON, such as the mesh configuration, are compared by what they say. */
function compareTexts(
  rendered: Json,
  live: Json | undefined,
  path: string,
): Difference[] | undefined {
  if (typeof rendered !== 'string' || typeof live !== 'string') return undefined;
  if (!rendered.includes('\n') && !live.includes('\n')) return undefined;
  const [a, b] = [parseText(rendered), parseText(live)];
  if (!isJsonObject(a) || !isJsonObject(b)) return undefined;
  return compareValues(a, b, b, path);
}

function parseText(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch {
    // Not YAML: it is compared as text.
    return undefined;
  }
}

/** What istiod and the autoscaler write by design. */
function isNoise(
  object: KubernetesObject,
  path: string,
  rendered: readonly KubernetesObject[],
): boolean {
  if (object.kind.endsWith('WebhookConfiguration')) {
    return path.endsWith('.clientConfig.caBundle') || isValidatorPolicy(object, path);
  }
  return object.kind === 'Deployment' && path === 'spec.replicas' && isAutoscaled(object, rendered);
}

function isValidatorPolicy({ kind }: KubernetesObject, path: string): boolean {
  return kind === 'ValidatingWebhookConfiguration' && path.endsWith('.failurePolicy');
}

function isAutoscaled(
  { metadata }: KubernetesObject,
  rendered: readonly KubernetesObject[],
): boolean {
  return rendered.some(
    (other) =>
      other.kind === 'HorizontalPodAutoscaler' &&
      other.metadata.name === metadata.name &&
      other.metadata.namespace === metadata.namespace,
  );
}

function summaryOf({ apiVersion, kind }: KubernetesObject): Json {
  return { apiVersion, kind };
}

function jsonOf(value: unknown): Json | undefined {
  if (isJsonObject(value) || isJsonList(value)) return value;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}
