import type { Finding, FindingDocument } from '../finding.ts';
import type { CrdFacts } from '../inventory/crd-facts.ts';
import type { MeshInventory } from '../inventory/inventory.ts';
import type { ControlPlane, ObservedMesh } from '../mesh/observed-mesh.ts';
import type { Policy } from '../policy.ts';
import type { Direction } from '../planning/direction.ts';
import type { Strategy } from '../planning/plan.ts';
import type { IstioVersion } from '../version/istio-version.ts';
import type { VersionTable } from '../version/version-table.ts';

/** What every rule may look at. */
export interface PreflightFacts {
  readonly mesh: ObservedMesh;
  readonly inventory: MeshInventory;
  readonly strategy: Strategy;
  /** Absent: up. */
  readonly direction?: Direction;
  readonly target: IstioVersion;
  /** The revision name that the target gets. */
  readonly targetRevision: string;
  /** Versions that the installer can supply, oldest first. */
  readonly available: readonly IstioVersion[];
  readonly versions: VersionTable;
  /** Today, `2026-03-01`: support ends on a day. */
  readonly today: string;
  /** The CRDs that the target's release brings, as it renders them; absent while it is not rendered. */
  readonly targetCrds?: readonly CrdFacts[];
  /** How waves are cut and restarted; absent: one for each tag and namespace, all of it at once. */
  readonly policy?: Pick<Policy, 'waves' | 'restart'>;
  /** Why workloads that were injected by hand cannot be injected again, by uid; absent: none can. */
  readonly refusedInjections?: ReadonlyMap<string, string>;
  /** The run that asks, so that its own lock does not stand in its way. */
  readonly runId?: string;
  /** The dead run whose lock may be taken over. */
  readonly takeOver?: string;
}

/** One rule: facts in, findings out; empty means pass. */
export interface Rule {
  /** One for each code that the rule can give: docs/finding-codes.md is made from them. */
  readonly documents: readonly FindingDocument[];
  readonly check: (facts: PreflightFacts) => readonly Finding[];
}

/** What is upgraded from: beside the target's revision for a canary, itself in place. */
export function currentControlPlanes({
  mesh,
  targetRevision,
  strategy,
}: Pick<PreflightFacts, 'mesh' | 'targetRevision' | 'strategy'>): readonly ControlPlane[] {
  switch (strategy) {
    case 'canary':
      return mesh.controlPlanes.filter(({ revision }) => revision !== targetRevision);
    case 'in-place':
      return mesh.controlPlanes;
  }
}
