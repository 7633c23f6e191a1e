import { parse } from 'yaml';
import { contentOf } from '../journal/object-content.ts';
import { isJsonObject } from '../json.ts';
import type { Json, JsonObject, KubernetesObject } from '../kubernetes-object.ts';

/**
 * An object as it is compared: what somebody decided about it (`contentOf`), and the texts of a
 * ConfigMap that hold YAML or JSON, such as the mesh configuration, as what they say.
 */
export function comparable(object: KubernetesObject): JsonObject {
  const content = jsonOf(contentOf(object));
  const { data } = content;
  if (object.kind !== 'ConfigMap' || !isJsonObject(data)) return content;
  return {
    ...content,
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, opened(value)])),
  };
}

function opened(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || !/[:{]/.test(value)) return value;
  try {
    const said: unknown = parse(value, { maxAliasCount: 100 });
    return isJsonObject(said) ? jsonOf(said) : value;
  } catch {
    // No YAML: it is compared as text.
    return value;
  }
}

/** As it is on the wire, without members that are undefined. */
function jsonOf(content: Readonly<Record<string, unknown>>): JsonObject {
  return JSON.parse(JSON.stringify(content)) as JsonObject;
}
