import type { JsonObject } from '../../../domain/kubernetes-object.ts';
import { mergeJson } from '../json.ts';

/** What one reader found: a piece of an IstioOperator `spec`, and what it could not carry over. */
export interface RecoveredPart {
  readonly spec: JsonObject;
  readonly unknowns: readonly string[];
}

/** Later parts win over earlier ones. */
export function combineParts(parts: readonly RecoveredPart[]): RecoveredPart {
  return {
    spec: parts.reduce<JsonObject>((spec, part) => mergeJson(spec, part.spec), {}),
    unknowns: parts.flatMap(({ unknowns }) => unknowns),
  };
}
