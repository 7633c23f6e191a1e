import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { INSTALLER, isScaled } from '../../domain/drift/noise.ts';
import { isJsonList, isJsonObject, sameJson } from '../../domain/json.ts';
import { compareText, type Json, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import { sameContent } from '../../domain/journal/object-content.ts';

/** A recorded state with as many replicas as an autoscaler, or somebody with `kubectl scale`, set since. */
export function asScaled(recorded: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const [spec, now] = [recorded['spec'], live['spec']];
  if (!isScaled(live) || !isJsonObject(spec) || !isJsonObject(now)) return recorded;
  return { ...recorded, spec: { ...spec, replicas: now['replicas'] } };
}

/** Puts an object back as it was: what it says, and who owns which of its fields. */
export async function restoreObject(
  kubernetes: KubernetesClient,
  live: KubernetesObject,
  prior: KubernetesObject,
): Promise<void> {
  const restored = sameContent(live, prior)
    ? live
    : await kubernetes.replace({ ...prior, metadata: versioned(prior, live) });
  // The first write makes all that it changes ours; one that changes nothing may say whose it is.
  if (ownedAlike(restored, prior)) return;
  const metadata = { ...restored.metadata, managedFields: managersOf(prior) };
  await kubernetes.replace({ ...restored, metadata });
}

/** Makes of an object its prior state beside what others have changed since, whose fields stay theirs. */
export async function restoreBeside(
  kubernetes: KubernetesClient,
  live: KubernetesObject,
  { restored, prior }: { readonly restored: KubernetesObject; readonly prior: KubernetesObject },
): Promise<void> {
  const written = sameContent(live, restored)
    ? live
    : await kubernetes.replace(restored, { fieldManager: INSTALLER });
  const isInstallers = (entry: Json): boolean =>
    isJsonObject(entry) && entry['manager'] === INSTALLER;
  const managedFields = [
    ...managersOf(prior).filter(isInstallers),
    ...managersOf(written).filter((entry) => !isInstallers(entry)),
  ];
  const owned = { ...written, metadata: { ...written.metadata, managedFields } };
  if (!ownedAlike(written, owned)) await kubernetes.replace(owned);
}

/** Whether somebody else made an object that ours would have been; where nothing tells, nobody did. */
export function isMadeByOthers(live: KubernetesObject): boolean {
  const managers = managersOf(live).filter(isJsonObject);
  return managers.length > 0 && !managers.some(({ manager }) => manager === INSTALLER);
}

/** Whether the same fields belong to the same managers. */
export function ownedAlike(one: KubernetesObject, other: KubernetesObject): boolean {
  return sameJson(ownershipOf(one), ownershipOf(other));
}

/** What is recorded of subresources, such as the status, goes on by itself; the time is when. */
function ownershipOf(object: KubernetesObject): Json {
  return managersOf(object)
    .filter(isJsonObject)
    .filter(({ subresource }) => subresource === undefined)
    .map(({ manager = null, operation = null, fieldsV1 = null }) => ({
      name: `${JSON.stringify(manager)} ${JSON.stringify(operation)}`,
      fieldsV1,
    }))
    .sort((a, b) => compareText(a.name, b.name));
}

function managersOf({ metadata }: KubernetesObject): readonly Json[] {
  const { managedFields } = metadata as { readonly managedFields?: unknown };
  return isJsonList(managedFields) ? managedFields : [];
}

function versioned(
  { metadata }: KubernetesObject,
  live: KubernetesObject,
): KubernetesObject['metadata'] {
  const { resourceVersion } = live.metadata;
  return { ...metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
}
