import type { FindingCode, Severity } from '../../../src/domain/finding.ts';
import type { MeshInventory } from '../../../src/domain/inventory/inventory.ts';
import type { WorkloadDetail } from '../../../src/domain/inventory/workload-detail.ts';
import type { ObservedMesh } from '../../../src/domain/mesh/observed-mesh.ts';
import { evaluatePreflight } from '../../../src/domain/preflight/evaluate-preflight.ts';
import type { PreflightFacts } from '../../../src/domain/preflight/facts.ts';
import { sampleInventory, workloadDetail } from '../../support/sample-inventory.ts';
import { facts, sampleMesh } from '../../support/sample-mesh.ts';

/** A finding without its words, which people improve. */
export type Verdict = readonly [severity: Severity, subject: string];

/** What triggers a code, and what comes near and does not. */
export interface RuleCase {
  readonly code: FindingCode;
  /** `refuses …`, `asks about …`, `tells …`. */
  readonly policy: string;
  readonly given: PreflightFacts;
  readonly expected: readonly Verdict[];
  /** A part of what the first of them says, where it tells one cause from another. */
  readonly says?: string;
  /** Codes of other rules that stop the run for the same facts. */
  readonly also?: readonly FindingCode[];
  readonly nearMiss: {
    /** Follows "not". */
    readonly what: string;
    readonly given: PreflightFacts;
    /** What of this code is left; nothing unless said. */
    readonly expected?: readonly Verdict[];
  };
}

/** The sample mesh (or this one) with another inventory. */
export function found(
  changes: Partial<MeshInventory>,
  meshChanges: Partial<ObservedMesh> = {},
): PreflightFacts {
  const mesh = sampleMesh(meshChanges);
  return facts({ mesh, inventory: sampleInventory(mesh, changes) });
}

/** The sample mesh with one workload more in its inventory. */
export function foundWorkload(changes: Partial<WorkloadDetail>): PreflightFacts {
  const { workloads } = sampleInventory(sampleMesh());
  return found({ workloads: [...workloads, workloadDetail({ name: 'extra', ...changes })] });
}

export function inPlace(given: PreflightFacts): PreflightFacts {
  return { ...given, strategy: 'in-place', targetRevision: '1-25-1' };
}

export function verdictsOf(given: PreflightFacts, code: FindingCode): readonly Verdict[] {
  return evaluatePreflight(given)
    .filter((finding) => finding.code === code)
    .map(({ severity, subject }) => [severity, subject]);
}
