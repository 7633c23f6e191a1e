import type { Finding } from '../finding.ts';
import type { ControlPlaneDetail } from '../inventory/control-plane-detail.ts';
import type { MeshInventory } from '../inventory/inventory.ts';
import type { RevisionAt } from '../planning/plan.ts';
import type { Policy } from '../policy.ts';
import type { PreflightFacts, Rule } from '../preflight/facts.ts';
import { budgetsRule } from '../preflight/rules/budgets.ts';
import { controlPlaneSettledRule } from '../preflight/rules/control-plane-settled.ts';
import { meshBusyRule } from '../preflight/rules/mesh-busy.ts';
import { movedPodByPodRule } from '../preflight/rules/moved-pod-by-pod.ts';
import { progressiveDeliveryRule } from '../preflight/rules/progressive-delivery.ts';
import { workloadsReadyRule } from '../preflight/rules/workloads-ready.ts';
import { parseIstioVersion } from '../version/istio-version.ts';
import type { OlderWorkload } from './judge-proxies.ts';

/** What bears on a restart of workloads whose control plane stays as it is. */
const RULES: readonly Rule[] = [
  budgetsRule,
  controlPlaneSettledRule,
  meshBusyRule,
  movedPodByPodRule,
  progressiveDeliveryRule,
  workloadsReadyRule,
];

export interface RefreshFacts {
  readonly older: readonly OlderWorkload[];
  readonly to: RevisionAt;
  readonly policy: Policy;
  readonly runId?: string;
  readonly takeOver?: string;
}

/** The findings about a refresh: of the workloads that it restarts and the control plane they get. */
export function checkRefresh(
  inventory: MeshInventory,
  { older, to, policy, runId, takeOver }: RefreshFacts,
): readonly Finding[] {
  const target = parseIstioVersion(to.version);
  if (target === undefined) throw new TypeError(`not a version: ${to.version}`);
  const uids = new Set(older.map(({ workload }) => workload.uid));
  const isOlder = ({ uid }: { readonly uid: string }): boolean => uids.has(uid);
  const isAsked = ({ revision }: { readonly revision: string }): boolean =>
    revision === to.revision;
  const mesh = {
    ...inventory.mesh,
    workloads: inventory.mesh.workloads.filter(isOlder),
    controlPlanes: inventory.mesh.controlPlanes.filter(isAsked),
  };
  const facts: PreflightFacts = {
    mesh,
    inventory: {
      ...inventory,
      mesh,
      workloads: inventory.workloads.filter(isOlder),
      // istiod keeps running: its own budget is not asked.
      controlPlanes: inventory.controlPlanes.filter(isAsked).map(withoutBudget),
    },
    strategy: 'in-place',
    target,
    targetRevision: to.revision,
    // No version is installed, and none of these rules looks at what there is.
    available: [],
    versions: [],
    today: '',
    policy,
    ...(runId === undefined ? {} : { runId }),
    ...(takeOver === undefined ? {} : { takeOver }),
  };
  return RULES.flatMap(({ check }) => check(facts));
}

function withoutBudget({ budget: _, ...detail }: ControlPlaneDetail): ControlPlaneDetail {
  return detail;
}
