import { parse } from 'yaml';
import { itemKeyOf } from '../../domain/diff/item-key.ts';
import type { Json, JsonObject, KubernetesObject } from '../../domain/kubernetes-object.ts';
import { isJsonList, isJsonObject, memberAt, sameJson } from './json.ts';
import { installedFields } from './recovery/managed-fields.ts';
import { sameQuantity } from './recovery/quantity.ts';

/** One place where a live object is not what was rendered. */
export interface RenderDifference {
  /** Such as `spec.template.spec.containers[name="discovery"].image`. */
  readonly path: string;
  /** Absent when the installer had applied the field and the render no longer has it. */
  readonly rendered?: Json;
  /** Absent when the cluster has none. */
  readonly live?: Json;
}

/**
 * Where a live object differs from its render: fields that the render sets, and fields that the
 * installer had applied and the render lacks. Defaults, and what the API server, an autoscaler or
 * istiod itself fill in, do not count.
 */
export function compareWithLive(
  rendered: KubernetesObject,
  live: KubernetesObject,
): RenderDifference[] {
  const installed = installedFields(live);
  return Object.keys({ ...rendered, ...installed })
    .filter((key) => key !== 'status')
    .flatMap((key) => {
      const fields = installed?.[key];
      return key === 'metadata'
        ? compareMetadata(rendered, live, isJsonObject(fields) ? fields : {})
        : compareValues(jsonOf(rendered[key]), jsonOf(live[key]), fields, key);
    })
    .filter(({ path }) => !isNoise(rendered.kind, path, installed));
}

function compareMetadata(
  rendered: KubernetesObject,
  live: KubernetesObject,
  fields: JsonObject,
): RenderDifference[] {
  return (['labels', 'annotations'] as const).flatMap((part) =>
    compareValues(
      rendered.metadata[part] ?? {},
      live.metadata[part] ?? {},
      fields[part],
      `metadata.${part}`,
    ),
  );
}

/** `installed` names the fields that the installer had applied. */
function compareValues(
  rendered: Json | undefined,
  live: Json | undefined,
  installed: Json | undefined,
  path: string,
): RenderDifference[] {
  if (rendered === undefined) {
    return installed === undefined || live === undefined || isEmpty(live) ? [] : [{ path, live }];
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
): RenderDifference[] {
  const key = itemKeyOf(rendered, live);
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
): RenderDifference[] {
  if (rendered.length !== live.length) return [{ path, rendered, live }];
  return rendered.flatMap((item, index) =>
    compareValues(item, live[index], installed[index], `${path}[${index}]`),
  );
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
): RenderDifference[] | undefined {
  if (typeof rendered !== 'string' || typeof live !== 'string') return undefined;
  if (!rendered.includes('\n') && !live.includes('\n')) return undefined;
  const [a, b] = [parseText(rendered), parseText(live)];
  if (!isJsonObject(a) || !isJsonObject(b)) return undefined;
  return compareValues(a, b, presenceOf(b), path);
}

/** All fields of a text are the installer's. */
function presenceOf(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      isJsonObject(inner) ? presenceOf(inner) : true,
    ]),
  );
}

function parseText(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch {
    // Not YAML: it is compared as text.
    return undefined;
  }
}

/** What istiod and whoever scales it write by design. */
function isNoise(kind: string, path: string, installed: JsonObject | undefined): boolean {
  if (path.endsWith('.clientConfig.caBundle')) return kind.endsWith('WebhookConfiguration');
  if (path.endsWith('.failurePolicy')) return kind === 'ValidatingWebhookConfiguration';
  // A record for people: nothing reads it, and settings laid over the values do not show in it.
  if (/^data\.(original|merged)-values/.test(path)) return kind === 'ConfigMap';
  // Scaling takes the field away from the installer.
  const isScaled = memberAt(installed, ['spec', 'replicas']) === undefined;
  return kind === 'Deployment' && path === 'spec.replicas' && installed !== undefined && isScaled;
}

function jsonOf(value: unknown): Json | undefined {
  if (isJsonObject(value) || isJsonList(value)) return value;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}
