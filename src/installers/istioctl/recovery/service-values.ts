import type { JsonObject } from '../../../domain/kubernetes-object.ts';
import { memberAt, nested, objectAt, overridesOver, sameJson } from '../json.ts';
import type { RecoveredPart } from './recovered-part.ts';

/** Annotations and address families of istiod's Service. */
export function serviceValues(live: JsonObject, rendered: JsonObject): RecoveredPart {
  const annotations = overridesOver(
    objectAt(rendered, ['metadata', 'annotations']),
    objectAt(live, ['metadata', 'annotations']),
  );
  const pilot = {
    ...(Object.keys(annotations).length === 0 ? {} : { serviceAnnotations: annotations }),
    ...changed(live, rendered, 'ipFamilyPolicy'),
    ...changed(live, rendered, 'ipFamilies'),
  };
  return {
    spec: Object.keys(pilot).length === 0 ? {} : nested(['values', 'pilot'], pilot),
    unknowns: [],
  };
}

/** Annotations of istiod's ServiceAccount, by which clouds give it rights. */
export function serviceAccountValues(live: JsonObject, rendered: JsonObject): RecoveredPart {
  const annotations = overridesOver(
    objectAt(rendered, ['metadata', 'annotations']),
    objectAt(live, ['metadata', 'annotations']),
  );
  const path = ['values', 'pilot', 'serviceAccountAnnotations'];
  return {
    spec: Object.keys(annotations).length === 0 ? {} : nested(path, annotations),
    unknowns: [],
  };
}

function changed(live: JsonObject, rendered: JsonObject, field: string): JsonObject {
  const value = memberAt(live, ['spec', field]);
  return value === undefined || sameJson(value, memberAt(rendered, ['spec', field]))
    ? {}
    : { [field]: value };
}
