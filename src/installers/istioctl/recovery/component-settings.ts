import type { Json, JsonObject } from '../../../domain/kubernetes-object.ts';
import { isJsonObject, mergeJson, nested, objectAt, objectsAt, without } from '../json.ts';
import type { RecoveredPart } from './recovered-part.ts';

/** Settings under `components.pilot.k8s` that are called the same as the value. */
const SAME_NAME = [
  'affinity',
  'nodeSelector',
  'podAnnotations',
  'replicaCount',
  'resources',
  'serviceAnnotations',
];

/**
 * Where the values are on record, what they do not explain was laid over the render: it is carried
 * over in that form, so that the new revision's record stays what the owner wrote.
 */
export function asComponentSettings({ spec, unknowns }: RecoveredPart): RecoveredPart {
  const pilot = objectAt(spec, ['values', 'pilot']);
  const settings: JsonObject = {
    ...Object.fromEntries(SAME_NAME.flatMap((name) => member(pilot, name, name))),
    ...Object.fromEntries(environmentOf(pilot, spec)),
    ...autoscalerOf(pilot),
  };
  if (Object.keys(settings).length === 0) return { spec, unknowns };
  const moved = [...SAME_NAME, 'env', 'autoscaleMin', 'autoscaleMax'];
  const rest = moved.reduce<JsonObject>(
    (left, name) => without(left, ['values', 'pilot', name]),
    spec,
  );
  return { spec: mergeJson(rest, nested(['components', 'pilot', 'k8s'], settings)), unknowns };
}

function environmentOf(pilot: JsonObject, spec: JsonObject): [string, Json][] {
  if (!isJsonObject(pilot['env'])) return [];
  const added = Object.entries(pilot['env']).map(([name, value]) => ({ name, value }));
  return [['env', [...added, ...objectsAt(spec, ['components', 'pilot', 'k8s', 'env'])]]];
}

function autoscalerOf(pilot: JsonObject): JsonObject {
  const bounds = Object.fromEntries([
    ...member(pilot, 'autoscaleMin', 'minReplicas'),
    ...member(pilot, 'autoscaleMax', 'maxReplicas'),
  ]);
  return Object.keys(bounds).length === 0 ? {} : { hpaSpec: bounds };
}

function member(from: JsonObject, name: string, as: string): [string, Json][] {
  const value = from[name];
  return value === undefined ? [] : [[as, value]];
}
