import { isJsonObject, sameJson } from '../../json.ts';
import type { Json, JsonObject } from '../../kubernetes-object.ts';

/**
 * The JSON merge patch (RFC 7396) that makes one object out of another: what differs, lists whole,
 * `null` for what goes. Neither may have a member that is `null`: such a patch cannot say it.
 */
export function mergePatchBetween(from: JsonObject, to: JsonObject): JsonObject {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return Object.fromEntries(
    keys.flatMap((key): [string, Json][] => {
      const [before, after] = [from[key], to[key]];
      if (sameJson(before, after)) return [];
      if (after === undefined) return [[key, null]];
      if (isJsonObject(before) && isJsonObject(after)) {
        return [[key, mergePatchBetween(before, after)]];
      }
      return [[key, after]];
    }),
  );
}
