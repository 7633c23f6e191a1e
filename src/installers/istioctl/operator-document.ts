import type { JsonObject } from '../../domain/kubernetes-object.ts';
import type { Component } from '../installer.ts';
import { mergeJson, without } from './json.ts';

export interface OperatorDocumentRequest {
  readonly revision: string;
  readonly meshNamespace: string;
  readonly spec: JsonObject;
  /** `metadata.name` of the IstioOperator, where the running installation had one. */
  readonly ownerName?: string;
  readonly component: Component;
}

/** Only the control plane: a revision rendered with gateways would take over those that are shared. */
const COMPONENTS_LEFT_OUT: JsonObject = {
  ingressGateways: [{ name: 'istio-ingressgateway', enabled: false }],
  egressGateways: [{ name: 'istio-egressgateway', enabled: false }],
  cni: { enabled: false },
  ztunnel: { enabled: false },
};

/** Values that would act beyond the new revision, or tie it to the old one. */
export const VALUES_NEVER_CARRIED: readonly (readonly string[])[] = [
  ['revision'],
  // These two move tags and the default validator at the moment of the install.
  ['revisionTags'],
  ['defaultRevision'],
  // The new control plane would run the old version's images.
  ['global', 'tag'],
  ['pilot', 'tag'],
  ['pilot', 'enabled'],
  // They switch a gateway on even when its component is off.
  ['gateways', 'istio-ingressgateway', 'enabled'],
  ['gateways', 'istio-egressgateway', 'enabled'],
];

/** The IstioOperator document that `manifest generate` and `install` read. */
export function buildOperatorDocument(request: OperatorDocumentRequest): JsonObject {
  const { revision, meshNamespace, spec, ownerName, component } = request;
  const forced: JsonObject = {
    profile: 'minimal',
    // The unnamed revision has no suffix in its names; spelled out, it would get one.
    ...(revision === 'default' ? {} : { revision }),
    components: {
      base: { enabled: component === 'Base' },
      pilot: { enabled: component === 'Pilot' },
      ...COMPONENTS_LEFT_OUT,
    },
    values: { global: { istioNamespace: meshNamespace } },
  };
  return {
    apiVersion: 'install.istio.io/v1alpha1',
    kind: 'IstioOperator',
    metadata: {
      namespace: meshNamespace,
      ...(ownerName === undefined ? {} : { name: ownerName }),
    },
    spec: mergeJson(withoutUncarried(spec), forced),
  };
}

function withoutUncarried(spec: JsonObject): JsonObject {
  const untied = without(without(spec, ['revision']), ['tag']);
  return VALUES_NEVER_CARRIED.reduce<JsonObject>(
    (left, path) => without(without(left, ['values', ...path]), ['unvalidatedValues', ...path]),
    untied,
  );
}
