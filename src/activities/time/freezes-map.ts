import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes-object.ts';
import { FREEZES_NAME } from '../../domain/time/freeze-entries.ts';

/** The ConfigMap of a mesh's freezes. */
export function freezesRef(namespace: string): ObjectRef & { readonly namespace: string } {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: FREEZES_NAME };
}

/** Its entries that may be written. */
export function textEntries(
  object: KubernetesObject | undefined,
): Readonly<Record<string, unknown>> {
  return recordOf(object?.['data']);
}

/** All its entries: what is under `binaryData` is one as well, though none that we can read. */
export function allEntries(
  object: KubernetesObject | undefined,
): Readonly<Record<string, unknown>> {
  const binary = Object.keys(recordOf(object?.['binaryData'])).map((key) => [key, null] as const);
  return { ...Object.fromEntries(binary), ...textEntries(object) };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
