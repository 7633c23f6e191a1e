import { compareText } from '../kubernetes-object.ts';
import type { MeshInventory } from './inventory.ts';

/** Namespaces in which a gateway runs that what is outside comes in by, or goes out. */
export function gatewayNamespaces({
  gateways,
}: Pick<MeshInventory, 'gateways'>): readonly string[] {
  const names = gateways.flatMap(({ kind, namespace }) => (kind === 'waypoint' ? [] : [namespace]));
  return [...new Set(names)].sort(compareText);
}
