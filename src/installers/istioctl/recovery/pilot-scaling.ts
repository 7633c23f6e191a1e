import type { Json, JsonObject } from '../../../domain/kubernetes-object.ts';
import { memberAt, nested, objectAt, objectsAt, sameJson, without } from '../json.ts';
import type { RecoveredPart } from './recovered-part.ts';

export interface ScalingFacts {
  readonly deployment: JsonObject | undefined;
  readonly autoscaler: JsonObject | undefined;
  readonly disruptionBudget: JsonObject | undefined;
}

/** How many replicas istiod has, and who decides that. */
export function scalingValues(live: ScalingFacts, rendered: ScalingFacts): RecoveredPart {
  const pilot =
    live.autoscaler === undefined
      ? fixedReplicas(live, rendered)
      : autoscaling(live.autoscaler, rendered.autoscaler ?? {});
  return {
    spec: {
      ...(Object.keys(pilot).length === 0 ? {} : nested(['values', 'pilot'], pilot)),
      ...budget(live, rendered),
    },
    unknowns: [],
  };
}

function fixedReplicas(live: ScalingFacts, rendered: ScalingFacts): JsonObject {
  const replicas = memberAt(live.deployment, ['spec', 'replicas']);
  const known = memberAt(rendered.deployment, ['spec', 'replicas']) ?? 1;
  return {
    ...(rendered.autoscaler === undefined ? {} : { autoscaleEnabled: false }),
    ...(replicas === undefined || sameJson(replicas, known) ? {} : { replicaCount: replicas }),
  };
}

function autoscaling(live: JsonObject, rendered: JsonObject): JsonObject {
  const values: Record<string, Json> = {};
  const note = (name: string, path: readonly string[]): void => {
    const value = memberAt(live, path);
    if (value !== undefined && !sameJson(value, memberAt(rendered, path))) values[name] = value;
  };
  note('autoscaleMin', ['spec', 'minReplicas']);
  note('autoscaleMax', ['spec', 'maxReplicas']);
  note('autoscaleBehavior', ['spec', 'behavior']);
  for (const resource of ['cpu', 'memory']) {
    const target = utilization(live, resource);
    if (target !== undefined && !sameJson(target, utilization(rendered, resource))) {
      values[resource] = { targetAverageUtilization: target };
    }
  }
  return values;
}

function utilization(autoscaler: JsonObject, resource: string): Json | undefined {
  const metric = objectsAt(autoscaler, ['spec', 'metrics']).find(
    (candidate) => memberAt(candidate, ['resource', 'name']) === resource,
  );
  return memberAt(metric, ['resource', 'target', 'averageUtilization']);
}

/** The chart's budget can only be switched off; anything else was laid over it. */
function budget(live: ScalingFacts, rendered: ScalingFacts): JsonObject {
  if (rendered.disruptionBudget === undefined || live.disruptionBudget === undefined) return {};
  const specOf = (object: JsonObject): JsonObject =>
    without(objectAt(object, ['spec']), ['selector']);
  const [wanted, known] = [specOf(live.disruptionBudget), specOf(rendered.disruptionBudget)];
  if (sameJson(wanted, known)) return {};
  return nested(['components', 'pilot', 'k8s', 'podDisruptionBudget'], wanted);
}
