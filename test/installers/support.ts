import type { KubernetesObject, ObjectMeta } from '../../src/domain/kubernetes-object.ts';
import { parseIstioVersion, type IstioVersion } from '../../src/domain/version/istio-version.ts';

/** The version that the text spells. */
export function istioVersion(text: string): IstioVersion {
  const version = parseIstioVersion(text);
  if (version === undefined) throw new Error(`expected an Istio version, found ${text}`);
  return version;
}

/** An object in the mesh's namespace with what a test needs of it. */
export function kubernetesObject(
  kind: string,
  name: string,
  more: {
    readonly metadata?: Partial<ObjectMeta> & { readonly managedFields?: readonly object[] };
    readonly [field: string]: unknown;
  } = {},
): KubernetesObject {
  const { metadata, ...rest } = more;
  return {
    apiVersion: 'v1',
    kind,
    ...rest,
    metadata: { name, namespace: 'istio-system', ...metadata },
  };
}

/** `managedFields` with one server-side apply of the installer over the fields given as FieldsV1. */
export function appliedByInstaller(fields: object): object {
  return managedBy('istio-operator', 'Apply', fields);
}

/** One entry of `managedFields`. */
export function managedBy(manager: string, operation: string, fields: object): object {
  return { manager, operation, apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: fields };
}
