import type { KubernetesObject } from '../kubernetes-object.ts';
import type { CrdFacts } from './crd-facts.ts';

const GATEWAY_API = 'gateway.networking.k8s.io';
const BUNDLE_VERSION = 'gateway.networking.k8s.io/bundle-version';

/** Whether a CustomResourceDefinition of this name is Istio's or the Gateway API's. */
export function isMeshCrd(name: string): boolean {
  return name.endsWith('.istio.io') || name.endsWith(`.${GATEWAY_API}`);
}

interface CrdShape {
  readonly spec?: {
    readonly group?: string;
    readonly versions?: readonly {
      readonly name: string;
      readonly served?: boolean;
      readonly storage?: boolean;
    }[];
  };
  readonly status?: { readonly storedVersions?: readonly string[] };
}

/** Reads one CustomResourceDefinition. */
export function interpretCrd(crd: KubernetesObject): CrdFacts {
  const { spec, status } = crd as KubernetesObject & CrdShape;
  const versions = spec?.versions ?? [];
  const bundleVersion = crd.metadata.annotations?.[BUNDLE_VERSION];
  return {
    name: crd.metadata.name,
    group: spec?.group ?? '',
    served: versions.filter(({ served }) => served === true).map(({ name }) => name),
    storage: versions.find(({ storage }) => storage === true)?.name ?? '',
    stored: status?.storedVersions ?? [],
    ...(bundleVersion === undefined ? {} : { bundleVersion }),
  };
}
