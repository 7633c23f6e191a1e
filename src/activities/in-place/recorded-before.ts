import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { RunRecord } from '../record/run-record.ts';

const PART = 'before';

/** Keeps the control plane that is replaced, as its own version's installer renders it. */
export async function recordBefore(
  record: RunRecord,
  before: readonly KubernetesObject[],
): Promise<void> {
  await record.put(PART, before);
}

/** The recorded objects; none in the record of a run that replaced no control plane. */
export async function recordedBefore(record: RunRecord): Promise<readonly KubernetesObject[]> {
  return ((await record.get(PART)) ?? []) as readonly KubernetesObject[];
}
