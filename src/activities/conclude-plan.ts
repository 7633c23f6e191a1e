import { stopsRun, type Finding } from '../domain/finding.ts';
import type { MeshInventory } from '../domain/inventory/inventory.ts';
import type { KubernetesObject } from '../domain/kubernetes-object.ts';
import { estimatePlan } from '../domain/planning/estimate-plan.ts';
import type { Planned, UpgradePlan } from '../domain/planning/plan.ts';
import { applyOverrides, sortFindings } from '../domain/preflight/evaluate-preflight.ts';
import type { Override } from '../domain/request/request.ts';
import type { RenderedRelease } from '../installers/installer.ts';
import { digestPlan } from './plan-digest.ts';

/** What planning came to, what it looked at, and the release that the plan installs. */
export interface Compiled {
  readonly planned: Planned;
  readonly inventory: MeshInventory;
  /** There only with a plan that installs one. */
  readonly release?: RenderedRelease;
  /** There only with a plan in place: what is replaced, as the running version's installer renders it. */
  readonly before?: readonly KubernetesObject[];
}

/** All that a plan is but what is said about it. */
export type PlanDraft = Omit<UpgradePlan, 'findings'>;

export interface Looked {
  readonly inventory: MeshInventory;
  readonly findings: readonly Finding[];
  readonly overrides: readonly Override[];
}

/** The plan, where nothing stands in its way that was not accepted; else all that was found. */
export function concludePlan(draft: PlanDraft, looked: Looked): Compiled {
  const { inventory, overrides } = looked;
  const findings = sortFindings(applyOverrides(looked.findings, overrides));
  if (findings.some(stopsRun)) return blocked(inventory, findings);
  const plan = { ...draft, findings };
  const estimate = estimatePlan(plan, inventory.mesh);
  return { planned: { kind: 'plan', plan, digest: digestPlan(plan), estimate }, inventory };
}

/** No plan, and why. */
export function blocked(inventory: MeshInventory, findings: readonly Finding[]): Compiled {
  return { planned: { kind: 'blocked', findings: sortFindings(findings) }, inventory };
}
