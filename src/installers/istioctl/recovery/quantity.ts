import { parseQuantity } from '../../../domain/inventory/quantity.ts';
import type { Json, JsonObject } from '../../../domain/kubernetes-object.ts';
import { isJsonObject, sameJson } from '../json.ts';

/** Whether two Kubernetes quantities say the same: the API server rewrites `2048Mi` to `2Gi`. */
export function sameQuantity(a: Json | undefined, b: Json | undefined): boolean {
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  if (x === undefined || y === undefined) return sameJson(a, b);
  return Math.abs(x - y) <= Math.abs(x) * 1e-12;
}

/** What has to be laid over `base` to ask for what `wanted` asks for, amount by amount. */
export function resourcesOver(base: JsonObject, wanted: JsonObject): JsonObject {
  const overrides: Record<string, Json> = {};
  for (const [key, value] of Object.entries(wanted)) {
    const below = base[key];
    if (value === undefined || sameQuantity(below, value)) continue;
    if (!isJsonObject(below) || !isJsonObject(value)) overrides[key] = value;
    else {
      const inner = resourcesOver(below, value);
      if (Object.keys(inner).length > 0) overrides[key] = inner;
    }
  }
  return overrides;
}
