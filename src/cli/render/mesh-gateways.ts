import type { GatewayService } from '../../domain/inventory/gateway-facts.ts';
import type { MeshInventory } from '../../domain/inventory/inventory.ts';
import type { Output } from '../output.ts';
import { renderTable } from './table.ts';

export function renderGateways(output: Output, { gateways }: MeshInventory): string | undefined {
  if (gateways.length === 0) return undefined;
  const rows = gateways.map(({ namespace, name, kind, revision, replicas, services }) => [
    namespace,
    name,
    kind,
    revision ?? 'none',
    replicas,
    services.map(describeService).join('; '),
  ]);
  return renderTable(
    output,
    ['NAMESPACE', 'GATEWAY', 'KIND', 'REVISION', 'REPLICAS', 'SERVICES'],
    rows,
  );
}

function describeService({ name, type, addresses }: GatewayService): string {
  return addresses.length === 0 ? `${name} (${type})` : `${name} (${type} ${addresses.join(', ')})`;
}

export function renderNodeAgents(
  output: Output,
  { nodeAgents }: MeshInventory,
): string | undefined {
  if (nodeAgents.length === 0) return undefined;
  const rows = nodeAgents.map(({ kind, namespace, name, version, ready, desired }) => [
    kind,
    `${namespace}/${name}`,
    version ?? 'unknown',
    `${ready}/${desired}`,
  ]);
  return renderTable(output, ['AGENT', 'DAEMONSET', 'VERSION', 'READY'], rows);
}
