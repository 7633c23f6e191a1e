import { isJsonObject } from '../json.ts';
import type { JsonObject, KubernetesObject } from '../kubernetes-object.ts';

/** A CustomResourceDefinition with the schemas of its versions. */
export interface CrdShape {
  readonly name: string;
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly versions: readonly CrdVersion[];
  /** `status.storedVersions`; of one that was only rendered none. */
  readonly stored: readonly string[];
}

export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  /** `openAPIV3Schema`; absent where any object goes. */
  readonly schema?: JsonObject;
}

interface Shape {
  readonly spec?: {
    readonly group?: string;
    readonly scope?: string;
    readonly names?: { readonly kind?: string; readonly plural?: string };
    readonly versions?: readonly {
      readonly name: string;
      readonly served?: boolean;
      readonly storage?: boolean;
      readonly schema?: { readonly openAPIV3Schema?: unknown };
    }[];
  };
  readonly status?: { readonly storedVersions?: readonly string[] };
}

/** Reads one CustomResourceDefinition of apiextensions.k8s.io/v1. */
export function readCrdShape(crd: KubernetesObject): CrdShape {
  const { spec, status } = crd as KubernetesObject & Shape;
  return {
    name: crd.metadata.name,
    group: spec?.group ?? '',
    kind: spec?.names?.kind ?? crd.metadata.name,
    plural: spec?.names?.plural ?? '',
    namespaced: spec?.scope !== 'Cluster',
    versions: (spec?.versions ?? []).map(({ name, served, storage, schema }) => ({
      name,
      served: served === true,
      storage: storage === true,
      ...(isJsonObject(schema?.openAPIV3Schema) ? { schema: schema.openAPIV3Schema } : {}),
    })),
    stored: status?.storedVersions ?? [],
  };
}

/** Names of the versions that clients may ask for. */
export function servedBy({ versions }: CrdShape): readonly string[] {
  return versions.filter(({ served }) => served).map(({ name }) => name);
}

/**
 * Whether istiod reads objects of this CRD as configuration. `install.istio.io` was the installers' own,
 * and the Gateway API comes with a release of its own.
 */
export function isConfiguration(name: string): boolean {
  return name.endsWith('.istio.io') && !name.endsWith('.install.istio.io');
}
