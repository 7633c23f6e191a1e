import type { Json, JsonObject } from '../../../domain/kubernetes-object.ts';
import {
  isJsonList,
  memberAt,
  mergeJson,
  nested,
  objectAt,
  objectsAt,
  overridesOver,
  sameJson,
  textAt,
  without,
} from '../json.ts';
import { resourcesOver } from './quantity.ts';
import { discoveryContainer } from './live-objects.ts';
import { imageValues } from './pilot-image.ts';
import type { RecoveredPart } from './recovered-part.ts';

const POD = ['spec', 'template', 'spec'];
const POD_META = ['spec', 'template', 'metadata'];

/** What the Deployment of istiod has beyond what the values found so far explain. */
export function deploymentValues(live: JsonObject, rendered: JsonObject): RecoveredPart {
  const image = imageValues(live, rendered);
  const readers = [
    environment,
    resources,
    containerArguments,
    placement,
    annotationsAndLabels,
    rollingUpdate,
    mounts,
  ];
  const spec = readers.reduce<JsonObject>(
    (found, read) => mergeJson(found, read(live, rendered)),
    image.spec,
  );
  return { spec, unknowns: image.unknowns };
}

/** New variables become values; one that the chart sets itself is overridden in place, or it would be there twice. */
function environment(live: JsonObject, rendered: JsonObject): JsonObject {
  const known = objectsAt(discoveryContainer(rendered), ['env']);
  let found: JsonObject = {};
  const overlaid: JsonObject[] = [];
  for (const variable of objectsAt(discoveryContainer(live), ['env'])) {
    const { name } = variable;
    const same = known.find((other) => other['name'] === name);
    if (typeof name !== 'string' || sameVariable(variable, same)) continue;
    if (name === 'PILOT_TRACE_SAMPLING') {
      found = mergeJson(found, pilot({ traceSampling: Number(variable['value'] ?? '0') }));
    } else if (same === undefined && variable['valueFrom'] === undefined) {
      found = mergeJson(found, pilot({ env: { [name]: variable['value'] ?? '' } }));
    } else if (variable['value'] !== undefined || variable['valueFrom'] !== undefined) {
      overlaid.push(variable);
    }
  }
  return overlaid.length === 0 ? found : mergeJson(found, k8s({ env: overlaid }));
}

function sameVariable(variable: JsonObject, other: JsonObject | undefined): boolean {
  if (other === undefined) return false;
  // The API server drops an empty value and fills in the defaults of a source.
  if (variable['valueFrom'] !== undefined && other['valueFrom'] !== undefined) {
    return (
      Object.keys(overridesOver(objectAt(variable, ['valueFrom']), objectAt(other, ['valueFrom'])))
        .length === 0
    );
  }
  return sameJson(variable['value'] ?? '', other['value'] ?? '') && !('valueFrom' in variable);
}

function resources(live: JsonObject, rendered: JsonObject): JsonObject {
  const wanted = objectAt(discoveryContainer(live), ['resources']);
  const base = objectAt(discoveryContainer(rendered), ['resources']);
  const found = resourcesOver(base, wanted);
  return Object.keys(found).length === 0 ? {} : pilot({ resources: found });
}

/** Arguments after those of the chart, and the age of connections, which is one of the chart's. */
function containerArguments(live: JsonObject, rendered: JsonObject): JsonObject {
  const wanted = listAt(discoveryContainer(live), ['args']);
  const base = listAt(discoveryContainer(rendered), ['args']);
  const flag = '--keepaliveMaxServerConnectionAge';
  const age = wanted[wanted.indexOf(flag) + 1];
  const baseAge = base[base.indexOf(flag) + 1];
  const aged = wanted.includes(flag) && !sameJson(age, baseAge) ? age : undefined;
  const expected = base.map((arg, index) =>
    aged !== undefined && base[index - 1] === flag ? aged : arg,
  );
  const extra = expected.every((arg, index) => sameJson(arg, wanted[index]))
    ? wanted.slice(expected.length)
    : [];
  return pilot({
    ...(aged === undefined ? {} : { keepaliveMaxServerConnectionAge: aged }),
    ...(extra.length === 0 ? {} : { extraContainerArgs: extra }),
  });
}

function placement(live: JsonObject, rendered: JsonObject): JsonObject {
  const tolerations = additions(live, rendered, [...POD, 'tolerations']);
  const values = pilot({
    ...changed(live, rendered, [...POD, 'nodeSelector'], 'nodeSelector'),
    ...changed(live, rendered, [...POD, 'affinity'], 'affinity'),
    ...changed(live, rendered, [...POD, 'topologySpreadConstraints'], 'topologySpreadConstraints'),
    ...(tolerations.length === 0 ? {} : { tolerations }),
  });
  // The values for these hold for every component, so for istiod alone they can only be laid over it.
  const overlaid = {
    ...changed(live, rendered, [...POD, 'priorityClassName'], 'priorityClassName'),
    ...changed(live, rendered, [...POD, 'securityContext'], 'securityContext'),
    ...changed(
      discoveryContainer(live),
      discoveryContainer(rendered),
      ['imagePullPolicy'],
      'imagePullPolicy',
    ),
  };
  return Object.keys(overlaid).length === 0 ? values : mergeJson(values, k8s(overlaid));
}

function annotationsAndLabels(live: JsonObject, rendered: JsonObject): JsonObject {
  const over = (path: readonly string[], value: string): JsonObject => {
    const found = without(overridesOver(objectAt(rendered, path), objectAt(live, path)), [
      'kubectl.kubernetes.io/restartedAt',
    ]);
    return Object.keys(found).length === 0 ? {} : { [value]: found };
  };
  const podLabels = objectAt(over([...POD_META, 'labels'], 'podLabels'), ['podLabels']);
  return pilot({
    ...over([...POD_META, 'annotations'], 'podAnnotations'),
    ...(Object.keys(podLabels).length === 0 ? {} : { podLabels }),
  });
}

function rollingUpdate(live: JsonObject, rendered: JsonObject): JsonObject {
  const path = ['spec', 'strategy', 'rollingUpdate'];
  return pilot({
    ...changed(live, rendered, [...path, 'maxSurge'], 'rollingMaxSurge'),
    ...changed(live, rendered, [...path, 'maxUnavailable'], 'rollingMaxUnavailable'),
  });
}

function mounts(live: JsonObject, rendered: JsonObject): JsonObject {
  const volumes = additions(live, rendered, [...POD, 'volumes']);
  const initContainers = additions(live, rendered, [...POD, 'initContainers']);
  const volumeMounts = additions(discoveryContainer(live), discoveryContainer(rendered), [
    'volumeMounts',
  ]);
  const seccomp = changed(
    discoveryContainer(live),
    discoveryContainer(rendered),
    ['securityContext', 'seccompProfile'],
    'seccompProfile',
  );
  return pilot({
    ...(volumes.length === 0 ? {} : { volumes }),
    ...(initContainers.length === 0 ? {} : { initContainers }),
    ...(volumeMounts.length === 0 ? {} : { volumeMounts }),
    ...seccomp,
  });
}

/** The live member under another name, where it is not what was rendered. */
function changed(
  live: JsonObject,
  rendered: JsonObject,
  path: readonly string[],
  name: string,
): JsonObject {
  const value = memberAt(live, path);
  return value === undefined || sameJson(value, memberAt(rendered, path)) ? {} : { [name]: value };
}

/** Items that were not rendered; named items are told apart by name, others by content. */
function additions(live: JsonObject, rendered: JsonObject, path: readonly string[]): Json[] {
  const known = listAt(rendered, path);
  return listAt(live, path).filter(
    (item) =>
      !known.some((other) => {
        const name = textAt(item, ['name']);
        return name === undefined
          ? sameJson(item, other)
          : name === textAt(other, ['name']) && sameMountPath(item, other);
      }),
  );
}

/** One volume can be mounted at several places. */
function sameMountPath(a: Json, b: Json): boolean {
  return sameJson(memberAt(a, ['mountPath']), memberAt(b, ['mountPath']));
}

function listAt(value: unknown, path: readonly string[]): readonly Json[] {
  const member = memberAt(value, path);
  return isJsonList(member) ? member : [];
}

function pilot(values: JsonObject): JsonObject {
  return Object.keys(values).length === 0 ? {} : nested(['values', 'pilot'], values);
}

function k8s(settings: JsonObject): JsonObject {
  return nested(['components', 'pilot', 'k8s'], settings);
}
