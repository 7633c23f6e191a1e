import type { Finding } from '../../finding.ts';
import type { CrdFacts } from '../../inventory/crd-facts.ts';
import type { Rule } from '../facts.ts';

const GROUP = 'gateway.networking.k8s.io';

/** What istiod watches (as the upstream precheck has it), and whether its `v1` exists. */
const WATCHED: Readonly<Record<string, { readonly hasV1: boolean }>> = {
  [`gatewayclasses.${GROUP}`]: { hasV1: true },
  [`gateways.${GROUP}`]: { hasV1: true },
  [`httproutes.${GROUP}`]: { hasV1: true },
  [`referencegrants.${GROUP}`]: { hasV1: false },
};

/** Without the Gateway API there is nothing to check; with it, it must not be too old. */
export const gatewayApiRule: Rule = {
  documents: [
    {
      code: 'GatewayApiVersion',
      severity:
        'blocking where neither `v1beta1` nor `v1` is served, overridable where `v1beta1` is not, info where `v1` is not',
      meaning: 'the CRDs of the Gateway API are older than Istio wants them.',
      remedy: 'install a newer bundle of the Gateway API.',
    },
  ],
  check: ({ inventory }) =>
    inventory.crds.kind === 'unknown' ? [] : inventory.crds.value.flatMap(checkCrd),
};

function checkCrd({ name, group, served, bundleVersion }: CrdFacts): readonly Finding[] {
  const watched = Object.hasOwn(WATCHED, name) ? WATCHED[name] : undefined;
  if (group !== GROUP || watched === undefined) return [];
  const [hasBeta, hasV1] = [served.includes('v1beta1'), served.includes('v1')];
  if (hasBeta && (hasV1 || !watched.hasV1)) return [];
  const severity = hasBeta ? 'info' : hasV1 ? 'overridable' : 'blocking';
  return [
    {
      code: 'GatewayApiVersion',
      severity,
      subject: `CustomResourceDefinition ${name}`,
      message: `expected it to serve ${hasBeta ? 'v1' : 'v1beta1'}, found ${served.join(', ') || 'no version'} (bundle ${bundleVersion ?? 'unknown'})`,
      remedy:
        'kubectl apply -f https://github.com/kubernetes-sigs/gateway-api/releases/download/VERSION/standard-install.yaml',
    },
  ];
}
