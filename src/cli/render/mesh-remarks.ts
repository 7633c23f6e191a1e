import type { CapacityFacts } from '../../domain/inventory/capacity.ts';
import type { CrdFacts } from '../../domain/inventory/crd-facts.ts';
import type { MeshInventory } from '../../domain/inventory/inventory.ts';
import type { Known } from '../../domain/inventory/known.ts';
import type { SensitiveResource } from '../../domain/inventory/sensitive-resource.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import { formatAmount } from './amount.ts';

/** How many CRDs of whom, and which may hold objects of more than one version. */
export function crdLine(crds: Known<readonly CrdFacts[]>): string {
  if (crds.kind === 'unknown') return 'unknown';
  const ofGatewayApi = crds.value.filter(({ group }) => group === 'gateway.networking.k8s.io');
  const bundles = [...new Set(ofGatewayApi.flatMap(({ bundleVersion }) => bundleVersion ?? []))];
  const several = crds.value.filter(({ stored }) => stored.length > 1);
  return [
    `${crds.value.length - ofGatewayApi.length} of Istio`,
    `${ofGatewayApi.length} of the Gateway API${bundles.length === 0 ? '' : ` ${bundles.join(', ')}`}`,
    `${several.length} with several stored versions`,
  ].join(', ');
}

export function sensitiveLine(sensitive: Known<readonly SensitiveResource[]>): string {
  if (sensitive.kind === 'unknown') return 'unknown';
  const count = (kind: SensitiveResource['kind']): number =>
    sensitive.value.filter((each) => each.kind === kind).length;
  const bound = sensitive.value.filter(
    ({ kind, details }) => kind === 'envoy-filter' && details.length > 0,
  );
  return [
    `${count('envoy-filter')} EnvoyFilters (${bound.length} bound to a proxy version)`,
    `${count('alpha-annotation')} objects with alpha annotations`,
    `${count('deprecated-annotation')} with deprecated ones`,
  ].join(', ');
}

export function capacityLine(capacity: Known<CapacityFacts>): string {
  if (capacity.kind === 'unknown') return 'unknown';
  const { nodes, totalFree } = capacity.value;
  return `${formatAmount(totalFree)} and ${totalFree.pods} pods free on ${nodes} nodes`;
}

/** Who else keeps this mesh, each with the first object that says so. */
export function operatorLines({ operators }: MeshInventory): string | undefined {
  const first = new Map(operators.toReversed().map((mark) => [mark.who, mark]));
  const lines = [...first.values()].map(({ who, subject, evidence }) =>
    stripUnprintable(`${who}: ${subject} (${evidence})`),
  );
  return lines.length === 0 ? undefined : lines.toSorted().join('\n');
}

/** What could not be read, and why. */
export function unknownLines(inventory: MeshInventory): string | undefined {
  const parts: readonly (readonly [string, Known<unknown>])[] = [
    ['Connected proxies', inventory.connectedProxies],
    ['CRDs', inventory.crds],
    ['EnvoyFilters and annotations', inventory.sensitive],
    ['Budgets', inventory.budgets],
    ['Autoscalers', inventory.autoscalers],
    ['Room on nodes', inventory.capacity],
  ];
  const lines = [
    ...parts.flatMap(([what, part]) => (part.kind === 'unknown' ? [`${what}: ${part.why}`] : [])),
    ...inventory.unread.map(({ what, why }) => `${what}: ${why}`),
    ...inventory.controlPlanes.flatMap(({ revision, values }) =>
      values.source === 'recorded'
        ? []
        : values.unknowns.map((unknown) => `Values of ${revision}: ${unknown}`),
    ),
  ].map(stripUnprintable);
  return lines.length === 0 ? undefined : lines.join('\n');
}
