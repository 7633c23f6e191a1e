import type { JsonObject, KubernetesObject } from '../../../domain/kubernetes-object.ts';
import { objectsAt } from '../json.ts';
import { installedView } from './managed-fields.ts';
import { nameInRevision } from '../recovery-sources.ts';

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

/** The container `discovery` of a Deployment. */
export function discoveryContainer(deployment: unknown): JsonObject {
  const containers = objectsAt(deployment, ['spec', 'template', 'spec', 'containers']);
  return containers.find(({ name }) => name === 'discovery') ?? {};
}
