import { isJsonList, isJsonObject, sameJson } from '../json.ts';
import type { Json, JsonObject } from '../kubernetes-object.ts';

/** One step into an object: a named field, each item of a list, each value of a map. */
export type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'items' }
  | { readonly kind: 'values' };

/** Something that a newer schema lets an object have and an older one does not. */
export interface NewPart {
  readonly steps: readonly Step[];
  /** When an object uses it: the place is filled, has another value than these, or another key. */
  readonly used:
    | { readonly kind: 'present' }
    | { readonly kind: 'value-outside'; readonly allowed: readonly Json[] }
    | { readonly kind: 'key-outside'; readonly allowed: readonly string[] };
}

/** Not what a person configures: who it is, and what controllers say of it. */
const NOT_CONFIGURATION = ['apiVersion', 'kind', 'metadata', 'status'];

const PRESERVES = 'x-kubernetes-preserve-unknown-fields';
const INT_OR_STRING = 'x-kubernetes-int-or-string';

/**
 * What of a newer schema (`openAPIV3Schema` of a CRD's version) an older one does not have. Limits of
 * values, such as lengths and patterns, are no features and not compared.
 */
export function findNewParts(newer: JsonObject, older: JsonObject): readonly NewPart[] {
  const root: Place = { newer, older, steps: [] };
  const names = namesIn(root).filter((name) => !NOT_CONFIGURATION.includes(name));
  return names.flatMap((name) => newField(root, name));
}

interface Place {
  readonly newer: JsonObject;
  readonly older: JsonObject;
  readonly steps: readonly Step[];
}

function newIn(place: Place): readonly NewPart[] {
  const { newer, older, steps } = place;
  if (!isSameType(newer, older)) return [{ steps, used: { kind: 'present' } }];
  return [
    ...newValues(place),
    ...namesIn(place).flatMap((name) => newField(place, name)),
    ...newKeys(place),
    ...within(place, 'additionalProperties', { kind: 'values' }),
    ...within(place, 'items', { kind: 'items' }),
  ];
}

function newField({ newer, older, steps }: Place, name: string): readonly NewPart[] {
  const [now, before] = [propertiesOf(newer)[name] ?? openIn(newer), propertiesOf(older)[name]];
  const at: readonly Step[] = [...steps, { kind: 'field', name }];
  const counterpart = before ?? schemaIn(older, 'additionalProperties');
  if (isJsonObject(now) && isJsonObject(counterpart)) {
    return newIn({ newer: now, older: counterpart, steps: at });
  }
  return takesAnyKey(older) ? [] : [{ steps: at, used: { kind: 'present' } }];
}

function newValues({ newer, older, steps }: Place): readonly NewPart[] {
  const [now, before] = [newer['enum'], older['enum']];
  if (!isJsonList(before)) return [];
  const isNarrower =
    isJsonList(now) && now.every((value) => before.some((each) => sameJson(each, value)));
  return isNarrower ? [] : [{ steps, used: { kind: 'value-outside', allowed: before } }];
}

/** The newer one takes keys that it does not name, and the older one only those that it names. */
function newKeys({ newer, older, steps }: Place): readonly NewPart[] {
  const isOpen = takesAnyKey(newer) || schemaIn(newer, 'additionalProperties') !== undefined;
  const wasOpen = takesAnyKey(older) || schemaIn(older, 'additionalProperties') !== undefined;
  if (!isOpen || wasOpen) return [];
  return [{ steps, used: { kind: 'key-outside', allowed: Object.keys(propertiesOf(older)) } }];
}

function within(
  { newer, older, steps }: Place,
  member: 'additionalProperties' | 'items',
  step: Step,
): readonly NewPart[] {
  const [now, before] = [schemaIn(newer, member) ?? openIn(newer), schemaIn(older, member)];
  if (now === undefined || before === undefined) return [];
  return newIn({ newer: now, older: before, steps: [...steps, step] });
}

/** What takes any key may hold also what the older one names. */
function namesIn({ newer, older }: Place): readonly string[] {
  const named = Object.keys(propertiesOf(newer));
  return takesAnyKey(newer) ? [...new Set([...named, ...Object.keys(propertiesOf(older))])] : named;
}

function openIn(schema: JsonObject): JsonObject | undefined {
  return takesAnyKey(schema) ? { [PRESERVES]: true } : undefined;
}

function takesAnyKey(schema: JsonObject): boolean {
  return schema[PRESERVES] === true || schema['additionalProperties'] === true;
}

function schemaIn(schema: JsonObject, member: string): JsonObject | undefined {
  const found = schema[member];
  return isJsonObject(found) ? found : undefined;
}

function propertiesOf(schema: JsonObject): JsonObject {
  return schemaIn(schema, 'properties') ?? {};
}

/** Types that one of them leaves open are the same. */
function isSameType(a: JsonObject, b: JsonObject): boolean {
  const [x, y] = [typeOf(a), typeOf(b)];
  return x === undefined || y === undefined || x === y;
}

function typeOf(schema: JsonObject): Json | undefined {
  if (schema[INT_OR_STRING] === true) return undefined;
  return schema['type'] === 'integer' ? 'number' : schema['type'];
}
