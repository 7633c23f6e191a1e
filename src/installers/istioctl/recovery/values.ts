import { parse } from 'yaml';
import type { JsonObject, KubernetesObject } from '../../../domain/kubernetes-object.ts';
import { isJsonObject, memberAt, overridesOver, textAt, without } from '../json.ts';
import { VALUES_NEVER_CARRIED } from '../operator-document.ts';
import type { RecoveredPart } from './recovered-part.ts';

/** A ConfigMap of the mesh cannot be read as what Istio writes into it. */
export class UnreadableConfigurationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnreadableConfigurationError';
  }
}

/** The values that a revision was installed with, where it recorded them (1.26 on). */
export function recordedValues(live: KubernetesObject, untouched: KubernetesObject): RecoveredPart {
  return valuesOver(readKey(live, 'original-values'), readKey(untouched, 'original-values'));
}

/** The values that the injector's ConfigMap repeats: `global`, `sidecarInjectorWebhook` and some of `pilot`. */
export function injectorValues(live: KubernetesObject, untouched: KubernetesObject): RecoveredPart {
  return valuesOver(readKey(live, 'values'), readKey(untouched, 'values'));
}

/** The mesh configuration, as far as the values found so far do not explain it. */
export function meshConfig(live: KubernetesObject, rendered: KubernetesObject): RecoveredPart {
  const [wanted, base] = [readKey(live, 'mesh'), readKey(rendered, 'mesh')];
  const overrides = overridesOver(base, wanted);
  // The chart's only list of its own: it is absent when telemetry is off, which no override can say.
  const telemetryOff = 'defaultProviders' in base && !('defaultProviders' in wanted);
  return {
    spec: {
      ...(Object.keys(overrides).length === 0 ? {} : { meshConfig: overrides }),
      ...(telemetryOff ? { values: { telemetry: { enabled: false } } } : {}),
    },
    unknowns: [],
  };
}

/** Installed values less those that the same version has by itself, so that a new version's defaults hold. */
function valuesOver(installed: JsonObject, untouched: JsonObject): RecoveredPart {
  const overrides = overridesOver(untouched, installed);
  const kept = VALUES_NEVER_CARRIED.reduce<JsonObject>(without, overrides);
  const { meshConfig: mesh, ...values } = without(kept, ['global', 'istioNamespace']);
  return {
    spec: {
      ...(isJsonObject(mesh) ? { meshConfig: mesh } : {}),
      ...(Object.keys(values).length === 0 ? {} : { values }),
    },
    unknowns: unknownsOf(overrides),
  };
}

/** Left-out values that a person has to know about. */
function unknownsOf(overrides: JsonObject): string[] {
  const images = [
    ['global', 'tag'],
    ['pilot', 'tag'],
  ].flatMap((path) => {
    const tag = memberAt(overrides, path);
    return tag === undefined
      ? []
      : [
          `values.${path.join('.')} is ${JSON.stringify(tag)}: images of the old version, not carried over; set the new version's tag if you build your own images`,
        ];
  });
  const moves = ['revisionTags', 'defaultRevision'].flatMap((name) => {
    const value = overrides[name];
    return value === undefined
      ? []
      : [
          `values.${name} is ${JSON.stringify(value)}: not carried over, tags and the default are moved by the plan's own steps`,
        ];
  });
  return [...images, ...moves];
}

/** One key of a ConfigMap, read as an object; JSON is YAML. */
function readKey(configMap: KubernetesObject, key: string): JsonObject {
  const where = `key "${key}" of ConfigMap ${configMap.metadata.namespace ?? ''}/${configMap.metadata.name}`;
  const text = textAt(configMap, ['data', key]);
  if (text === undefined) {
    throw new UnreadableConfigurationError(
      `${where} was expected and is absent. Restore it, for example with "istioctl install" of the running version.`,
    );
  }
  const value = parseText(text, where);
  if (value === null) return {};
  if (isJsonObject(value)) return value;
  throw new UnreadableConfigurationError(`${where} was expected to be an object. Correct it.`);
}

function parseText(text: string, where: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    throw new UnreadableConfigurationError(`${where} is not YAML. Correct it.`, { cause });
  }
}
