import { findPodSelections } from '../planning/pod-selections.ts';
import type { WaveOptions } from '../planning/wave-order.ts';
import type { PreflightFacts } from './facts.ts';

/** How the waves away from a revision are cut, as the plan will cut them. */
export function waveOptionsOf(
  { inventory, policy }: Pick<PreflightFacts, 'inventory' | 'policy'>,
  revision: string,
): WaveOptions {
  return {
    policy: policy?.waves ?? { critical: [] },
    gatewayNamespaces: inventory.gateways.map(({ namespace }) => namespace),
    podSelections: findPodSelections(inventory, revision),
  };
}
