import { isJsonList, isJsonObject } from '../../json.ts';
import type { Json } from '../../kubernetes-object.ts';
import { STATUS_ANNOTATION } from '../../mesh/istio-labels.ts';
import type { PodTemplate } from './pod-template.ts';

const LISTS = ['containers', 'initContainers', 'volumes'] as const;

/** Paths of what an injection put into a pod template, by its own account; as `diffFields` names them. */
export function injectedParts({ metadata }: PodTemplate): readonly string[] {
  const status = parseStatus(metadata?.annotations?.[STATUS_ANNOTATION] ?? '{}');
  return LISTS.flatMap((list) => {
    const names = isJsonObject(status) ? status[list] : undefined;
    return isJsonList(names)
      ? names.map((name) => `spec.${list}[name=${JSON.stringify(name)}]`)
      : [];
  });
}

/** The annotation is anybody's to write: one that cannot be read says nothing. */
function parseStatus(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
