import type { JsonObject, KubernetesObject } from '../../../domain/kubernetes-object.ts';
import { isJsonObject, mergeJson, nested, objectsAt } from '../json.ts';
import { installedView } from './managed-fields.ts';
import { nameInRevision } from '../recovery-sources.ts';

const CONTAINERS = ['spec', 'template', 'spec', 'containers'];

/** The objects of one revision, found by kind and name. */
export interface RevisionObjects {
  /** The object, or `undefined` when it is not there. */
  find(kind: string, baseName: string): KubernetesObject | undefined;
}

/** Looks up among objects of a cluster or of a render. */
export function revisionObjects(
  objects: readonly KubernetesObject[],
  where: { readonly revision: string; readonly meshNamespace: string },
): RevisionObjects {
  return {
    find: (kind, baseName) =>
      objects.find(
        ({ kind: itsKind, metadata }) =>
          itsKind === kind &&
          metadata.namespace === where.meshNamespace &&
          metadata.name === nameInRevision(baseName, where.revision),
      ),
  };
}

/** As the installer left it where that is recorded, else as it is. */
export function asInstalled(object: KubernetesObject): JsonObject | KubernetesObject {
  return installedView(object) ?? object;
}

/**
 * The Deployment as the installer left it. A variable whose value somebody took over since has no
 * value of the installer's any more; it is left out, or it would look like one that is empty.
 */
export function deploymentAsInstalled(object: KubernetesObject): JsonObject {
  const installed = asInstalled(object);
  const live = objectsAt(discoveryContainer(object), ['env']);
  const isTakenOver = (variable: JsonObject): boolean => {
    const hasValue = 'value' in variable || 'valueFrom' in variable;
    const now = live.find(({ name }) => name === variable['name']);
    return !hasValue && now !== undefined && ('value' in now || 'valueFrom' in now);
  };
  const containers = objectsAt(installed, CONTAINERS).map((container) =>
    container['env'] === undefined
      ? container
      : { ...container, env: objectsAt(container, ['env']).filter((each) => !isTakenOver(each)) },
  );
  const whole = isJsonObject(installed) ? installed : {};
  return mergeJson(whole, nested(CONTAINERS, containers));
}

/** The container `discovery` of a Deployment. */
export function discoveryContainer(deployment: unknown): JsonObject {
  const containers = objectsAt(deployment, CONTAINERS);
  return containers.find(({ name }) => name === 'discovery') ?? {};
}
