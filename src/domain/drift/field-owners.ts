import { itemKeyOf } from '../diff/item-key.ts';
import { isJsonList, isJsonObject, sameJson } from '../json.ts';
import type { Json, JsonObject, KubernetesObject } from '../kubernetes-object.ts';

/** One field that a manager has set, as `metadata.managedFields` says. */
export interface OwnedField {
  readonly manager: string;
  readonly operation: string;
  /** Such as `scale` or `status`. */
  readonly subresource?: string;
  /** As the API server names it in a conflict: `.spec.ports[port=443,protocol="TCP"].name`. */
  readonly field: string;
  readonly steps: readonly FieldStep[];
}

/** One step into an object, as FieldsV1 writes it. */
export type FieldStep =
  | { readonly kind: 'member'; readonly name: string }
  /** The item of a list that has these members. */
  | { readonly kind: 'item'; readonly key: JsonObject }
  /** An item of a set, by its value or place. */
  | { readonly kind: 'element'; readonly text: string };

/** Every field that managedFields names, down to the leaves. */
export function ownedFields(object: KubernetesObject): readonly OwnedField[] {
  return entriesOf(object).flatMap(({ fields, ...entry }) =>
    leavesOf(fields, []).map((steps) => ({ ...entry, field: formatSteps(steps), steps })),
  );
}

/** The same, but an item of a list that one manager added whole is one field. */
export function ownedParts(object: KubernetesObject): readonly OwnedField[] {
  const seen = new Set<string>();
  return ownedFields(object)
    .map((owned): OwnedField => {
      const whole = wholeItemOf(owned, object);
      return whole === undefined ? owned : { ...owned, field: formatSteps(whole), steps: whole };
    })
    .filter(({ manager, field }) => {
      const key = `${manager} ${field}`;
      return !seen.has(key) && seen.add(key);
    });
}

export interface ResolvedField {
  /** As `diffFields` writes it; of a list whose items have no name, the list. */
  readonly path: string;
  /** Absent where there is nothing. */
  readonly value?: Json;
}

/** Where a field is in an object, in the words of a comparison. */
export function resolveField(object: Json, steps: readonly FieldStep[]): ResolvedField {
  let value: Json | undefined = object;
  let path = '';
  for (const step of steps) {
    if (step.kind === 'member') {
      value = isJsonObject(value) ? value[step.name] : undefined;
      path = path === '' ? step.name : `${path}.${step.name}`;
      continue;
    }
    const key: string | undefined =
      isJsonList(value) && step.kind === 'item' ? itemKeyOf(value, value) : undefined;
    if (key === undefined || step.kind !== 'item') break;
    value = itemOf(value, step.key);
    const name: Json | undefined = isJsonObject(value) ? value[key] : step.key[key];
    path = `${path}[${key}=${JSON.stringify(name)}]`;
  }
  return { path, ...(value === undefined ? {} : { value }) };
}

interface Entry extends Pick<OwnedField, 'manager' | 'operation' | 'subresource'> {
  readonly fields: JsonObject;
}

function entriesOf(object: KubernetesObject): readonly Entry[] {
  const { managedFields } = object.metadata as { readonly managedFields?: unknown };
  if (!isJsonList(managedFields)) return [];
  return managedFields.filter(isJsonObject).map((entry) => ({
    manager: textOf(entry['manager']),
    operation: textOf(entry['operation']),
    ...(typeof entry['subresource'] === 'string' ? { subresource: entry['subresource'] } : {}),
    fields: isJsonObject(entry['fieldsV1']) ? entry['fieldsV1'] : {},
  }));
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

type Steps = readonly FieldStep[];

/** A set without members is a field with all that is in it. */
function leavesOf(fields: Json | undefined, steps: Steps): readonly Steps[] {
  if (!isJsonObject(fields)) return [steps];
  const members = Object.entries(fields).filter(([key]) => key !== '.');
  if (members.length === 0) return steps.length === 0 ? [] : [steps];
  return members.flatMap(([key, inner]) => leavesOf(inner, [...steps, stepOf(key)]));
}

/** FieldsV1: `f:name` a member, `k:{"name":"x"}` an item, `v:` and `i:` an element of a set. */
function stepOf(key: string): FieldStep {
  const text = key.slice(2);
  if (key.startsWith('f:')) return { kind: 'member', name: text };
  const selector = key.startsWith('k:') ? (JSON.parse(text) as Json) : undefined;
  if (isJsonObject(selector)) return { kind: 'item', key: selector };
  return { kind: 'element', text: key.startsWith('v:') ? `=${text}` : text };
}

/** As the API server writes a path in a conflict. */
function formatSteps(steps: Steps): string {
  return steps
    .map((step) => {
      if (step.kind === 'member') return `.${step.name}`;
      if (step.kind === 'element') return `[${step.text}]`;
      const keys = Object.entries(step.key).map(
        ([name, value]) => `${name}=${JSON.stringify(value)}`,
      );
      return `[${keys.join(',')}]`;
    })
    .join('');
}

/** The innermost item around a field that holds nothing but fields of this one manager. */
function wholeItemOf({ manager, steps }: OwnedField, object: KubernetesObject): Steps | undefined {
  for (const [index, step] of steps.entries()) {
    if (step.kind !== 'item') continue;
    const item = steps.slice(0, index + 1);
    if (isWhollyOf(object, item, manager)) return item;
  }
  return undefined;
}

/** Whether this manager made the item, and nobody else set anything in it. */
function isWhollyOf(object: KubernetesObject, item: Steps, manager: string): boolean {
  const holders = entriesOf(object).filter(({ fields }) => setAt(fields, item) !== undefined);
  return holders.every(
    (holder) => holder.manager === manager && '.' in (setAt(holder.fields, item) ?? {}),
  );
}

function setAt(fields: JsonObject, steps: Steps): JsonObject | undefined {
  let current: Json | undefined = fields;
  for (const step of steps) {
    if (!isJsonObject(current)) return undefined;
    const found: [string, Json | undefined] | undefined = Object.entries(current).find(
      ([key]) => key !== '.' && formatSteps([stepOf(key)]) === formatSteps([step]),
    );
    current = found?.[1];
  }
  return isJsonObject(current) ? current : undefined;
}

function itemOf(list: Json | undefined, key: JsonObject): Json | undefined {
  if (!isJsonList(list)) return undefined;
  return list.find(
    (item) =>
      isJsonObject(item) &&
      Object.entries(key).every(([name, value]) => sameJson(item[name], value)),
  );
}
