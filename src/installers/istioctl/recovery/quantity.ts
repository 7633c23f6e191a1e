import type { Json, JsonObject } from '../../../domain/kubernetes-object.ts';
import { isJsonObject, sameJson } from '../json.ts';

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Whether two Kubernetes quantities say the same: the API server rewrites `2048Mi` to `2Gi`. */
export function sameQuantity(a: Json | undefined, b: Json | undefined): boolean {
  const [x, y] = [amountOf(a), amountOf(b)];
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

function amountOf(quantity: Json | undefined): number | undefined {
  if (typeof quantity === 'number') return quantity;
  if (typeof quantity !== 'string') return undefined;
  const match = /^([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(quantity);
  const factor = SUFFIXES[match?.[2] ?? ''];
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
}
