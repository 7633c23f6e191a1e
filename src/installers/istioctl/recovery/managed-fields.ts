import type { Json, JsonObject, KubernetesObject } from '../../../domain/kubernetes-object.ts';
import { isJsonList, isJsonObject, objectsAt, parseJson, sameJson } from '../json.ts';
import { ISTIOCTL_FIELD_MANAGER } from '../owner-labels.ts';

/** A field that somebody other than the installer has set. */
export interface ForeignField {
  readonly manager: string;
  /** Such as `spec.template.spec.containers[name="discovery"].env[name="X"]`. */
  readonly path: string;
}

/**
 * The object as the installer applied it: without what others added, changed or took over since.
 * `undefined` when the API server recorded no server-side apply of the installer.
 */
export function installedView(object: KubernetesObject): JsonObject | undefined {
  return installedPart(object, (leaf) => leaf);
}

/**
 * The fields that the installer applied, each with `true` in place of its value. What is inside of a
 * field that is applied whole is not told apart: defaults of the API server are among it.
 */
export function installedFields(object: KubernetesObject): JsonObject | undefined {
  return installedPart(object, () => true);
}

type LeafReader = (leaf: Json) => Json;

function installedPart(object: KubernetesObject, leaf: LeafReader): JsonObject | undefined {
  const entry = managedFieldsOf(object).find(
    ({ manager, operation }) => manager === ISTIOCTL_FIELD_MANAGER && operation === 'Apply',
  );
  if (entry === undefined) return undefined;
  const owned = ownedPart(object, entry.fields, leaf);
  return isJsonObject(owned) ? owned : undefined;
}

/** Managers whose writes are part of normal operation. */
const OPERATING_MANAGERS = [
  'kube-controller-manager',
  'kube-apiserver',
  'pilot-discovery',
  'before-first-apply',
];

/** What others set in the parts of an object that configure it; status and scaling are not among them. */
export function foreignFields(object: KubernetesObject): ForeignField[] {
  return managedFieldsOf(object)
    .filter(({ manager, operation, subresource }) => {
      const isInstaller = manager === ISTIOCTL_FIELD_MANAGER && operation === 'Apply';
      const isOperating = OPERATING_MANAGERS.some((name) => manager.startsWith(name));
      return !isInstaller && !isOperating && subresource === undefined;
    })
    .flatMap(({ manager, fields }) =>
      ['f:spec', 'f:data', 'f:webhooks'].flatMap((part) =>
        leavesOf(fields[part], part.slice(2)).map((path) => ({ manager, path })),
      ),
    );
}

interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: string;
  readonly subresource: string | undefined;
  readonly fields: JsonObject;
}

function managedFieldsOf(object: KubernetesObject): ManagedFieldsEntry[] {
  return objectsAt(object, ['metadata', 'managedFields']).map((entry) => ({
    manager: typeof entry['manager'] === 'string' ? entry['manager'] : '',
    operation: typeof entry['operation'] === 'string' ? entry['operation'] : '',
    subresource: typeof entry['subresource'] === 'string' ? entry['subresource'] : undefined,
    fields: isJsonObject(entry['fieldsV1']) ? entry['fieldsV1'] : {},
  }));
}

/** The part of a value that a FieldsV1 set names. An empty set is a leaf: the value with all that is in it. */
function ownedPart(value: unknown, fields: JsonObject, leaf: LeafReader): Json | undefined {
  const members = Object.entries(fields).filter(([key]) => key !== '.');
  if (members.length === 0) {
    const hasItself = '.' in fields;
    if (isJsonObject(value)) return hasItself ? {} : leaf(value);
    if (isJsonList(value)) return hasItself ? [] : leaf(value);
    return isScalar(value) ? leaf(value) : undefined;
  }
  if (isJsonObject(value)) return ownedMembers(value, members, leaf);
  return isJsonList(value) ? ownedItems(value, members, leaf) : undefined;
}

type FieldSet = readonly (readonly [string, Json | undefined])[];

function ownedMembers(value: JsonObject, members: FieldSet, leaf: LeafReader): JsonObject {
  return Object.fromEntries(
    members.flatMap(([key, inner]) => {
      const name = key.slice(2);
      if (!key.startsWith('f:') || value[name] === undefined) return [];
      const part = ownedPart(value[name], isJsonObject(inner) ? inner : {}, leaf);
      return part === undefined ? [] : [[name, part]];
    }),
  );
}

/** In the list's own order, which is the one that was applied; items keep the keys that name them. */
function ownedItems(list: readonly Json[], members: FieldSet, leaf: LeafReader): Json[] {
  return list.flatMap((item) => {
    for (const [key, inner] of members) {
      const selector = selectorOf(key, item);
      if (selector === undefined) continue;
      const part = ownedPart(item, isJsonObject(inner) ? inner : {}, leaf);
      if (part === undefined) return [];
      return [isJsonObject(part) && isJsonObject(selector) ? { ...part, ...selector } : part];
    }
    return [];
  });
}

/** `k:{"name":"x"}` names an item by its keys, `v:"x"` by its value. */
function selectorOf(key: string, item: Json): Json | undefined {
  const selector = parseJson(key.slice(2));
  if (key.startsWith('v:')) return sameJson(selector, item) ? selector : undefined;
  if (!key.startsWith('k:') || !isJsonObject(selector) || !isJsonObject(item)) return undefined;
  const matches = Object.entries(selector).every(([name, value]) => sameJson(item[name], value));
  return matches ? selector : undefined;
}

function leavesOf(fields: unknown, path: string): string[] {
  if (!isJsonObject(fields)) return [];
  const members = Object.entries(fields).filter(([key]) => key !== '.');
  // An item that somebody added whole is one change, not one for each of its fields.
  if (members.length === 0 || ('.' in fields && path.endsWith(']'))) return [path];
  return members.flatMap(([key, inner]) => leavesOf(inner, `${path}${step(key)}`));
}

function step(key: string): string {
  if (key.startsWith('f:')) return `.${key.slice(2)}`;
  const selector = parseJson(key.slice(2));
  if (!isJsonObject(selector)) return `[${key.slice(2)}]`;
  const keys = Object.entries(selector).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `[${keys.join(',')}]`;
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
