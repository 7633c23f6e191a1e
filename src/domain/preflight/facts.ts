import type { Finding } from '../finding.ts';
import type { ControlPlane, ObservedMesh } from '../mesh/observed-mesh.ts';
import type { IstioVersion } from '../version/istio-version.ts';

/** What every rule may look at. */
export interface PreflightFacts {
  readonly mesh: ObservedMesh;
  readonly target: IstioVersion;
  /** The revision name that the target gets. */
  readonly targetRevision: string;
  /** Versions that the installer can supply, oldest first. */
  readonly available: readonly IstioVersion[];
  /** The run that asks, so that its own lock does not stand in its way. */
  readonly runId?: string;
  /** The dead run whose lock may be taken over. */
  readonly takeOver?: string;
}

/** One rule: facts in, findings out; empty means pass. */
export type Rule = (facts: PreflightFacts) => readonly Finding[];

/** The control planes that are not the target's: what is upgraded from. */
export function currentControlPlanes({
  mesh,
  targetRevision,
}: PreflightFacts): readonly ControlPlane[] {
  return mesh.controlPlanes.filter(({ revision }) => revision !== targetRevision);
}
