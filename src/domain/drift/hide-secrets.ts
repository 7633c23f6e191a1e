import { isJsonList, isJsonObject } from '../json.ts';
import type { Json, KubernetesObject } from '../kubernetes-object.ts';

/** Stands where a value must not be shown. */
export const HIDDEN = '(hidden)';

/** Shows a value at a path of an object, or what may be shown of it. */
export type Shower = (path: string, value: Json) => Json;

/**
 * Nothing of a Secret is shown, and no value of a variable that comes from one in any of the states,
 * or that has the name of one: somebody may have written the secret itself in its place.
 */
export function hideSecrets(
  kind: string,
  states: readonly (KubernetesObject | undefined)[],
): Shower {
  const names = new Set(states.flatMap((state) => secretVariables(state)));
  const isSecret = (name: string): boolean => names.has(name) || SECRET_NAME.test(name);
  return (path, value) => {
    if (kind === 'Secret' && /^(data|stringData)\b/.test(path)) return HIDDEN;
    const [, name] = /\benv\[name="([^"]*)"\]/.exec(path) ?? [];
    if (name === undefined || !isSecret(name)) return hideInside(value, isSecret);
    return isJsonObject(value) ? hideInside(value, isSecret) : HIDDEN;
  };
}

const SECRET_NAME = /passw(or)?d|secret|token|credential|private_?key|api_?key/i;

function hideInside(value: Json, isSecret: (name: string) => boolean): Json {
  if (isJsonList(value)) return value.map((item) => hideInside(item, isSecret));
  if (!isJsonObject(value)) return value;
  const { name } = value;
  const hides = typeof name === 'string' && isSecret(name);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (hides && key === 'value') return [key, HIDDEN];
      return [key, inner === undefined ? inner : hideInside(inner, isSecret)];
    }),
  );
}

/** Names of variables that are taken from a Secret. */
function secretVariables(value: unknown): readonly string[] {
  if (isJsonList(value)) return value.flatMap(secretVariables);
  if (!isJsonObject(value)) return [];
  const { name, valueFrom } = value;
  const isTaken = isJsonObject(valueFrom) && 'secretKeyRef' in valueFrom;
  return [
    ...(isTaken && typeof name === 'string' ? [name] : []),
    ...Object.values(value).flatMap(secretVariables),
  ];
}
