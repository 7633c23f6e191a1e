import { REVISION_LABEL } from '../mesh/istio-labels.ts';
import type { WorkloadDetail } from '../inventory/workload-detail.ts';
import { findPodSelections, type PodSelection } from '../planning/pod-selections.ts';
import { asksForRevision } from '../inventory/revision-asked-by.ts';
import { budgetsOf, nameBudget } from '../restart/budgets.ts';
import { chooseMethod } from '../restart/choose-method.ts';
import { takesNewTemplateByEviction } from '../restart/takes-new-template.ts';
import { treatmentOf } from '../restart/treatment.ts';
import { currentControlPlanes, type PreflightFacts } from './facts.ts';

/** What keeps a workload of a namespace that selects nothing on its revision, and what to do about it. */
export interface StuckLabel {
  readonly found: string;
  readonly remedy: string;
}

/** Tells of each workload of a namespace that selects nothing why it would not move, if it would not. */
export function podLabelChecks(
  facts: PreflightFacts,
): (workload: WorkloadDetail) => StuckLabel | undefined {
  const { inventory } = facts;
  const selections = new Map(
    currentControlPlanes(facts).flatMap(({ revision }) => [
      ...findPodSelections(inventory, revision),
    ]),
  );
  const budgets = inventory.budgets.kind === 'known' ? inventory.budgets.value : [];
  return (workload) => {
    const selection = selections.get(workload.uid);
    // Without pods it keeps no control plane, and what its labels mean to the next ones stays so.
    if (selection === undefined && workload.podsWithProxy === 0) return undefined;
    const why = whyLabelStays(workload, selection, budgets);
    if (why === undefined) return undefined;
    const { namespace } = workload;
    const remedy = `label the namespace instead: kubectl label namespace ${namespace} ${REVISION_LABEL}=<tag>`;
    return { found: why, remedy };
  };
}

function whyLabelStays(
  workload: WorkloadDetail,
  selection: PodSelection | undefined,
  budgets: Parameters<typeof budgetsOf>[0],
): string | undefined {
  const { namespace } = workload;
  if (selection === undefined) {
    return `its namespace ${namespace} selects no revision, and no label of its pods does so that moves`;
  }
  // The tag moves, and whatever replaces a pod brings the new proxy.
  if (selection.kind === 'tag') return undefined;
  const label = `its pods choose their revision by label ${REVISION_LABEL}`;
  const askedBy = workload.revisionAskedBy ?? budgetAskingFor(workload, budgets);
  if (askedBy !== undefined) {
    return `${label}, and ${askedBy} asks for that label and would lose them if it changed`;
  }
  const why = whyTemplateStays(workload, budgets);
  return why === undefined ? undefined : `${label}, and ${why}`;
}

function budgetAskingFor(
  { namespace, podLabels }: WorkloadDetail,
  budgets: Parameters<typeof budgetsOf>[0],
): string | undefined {
  const asking = budgetsOf(budgets, namespace, podLabels).find(({ selector }) =>
    asksForRevision(selector),
  );
  return asking === undefined ? undefined : `budget ${nameBudget(asking)}`;
}

/** Why a new label on the pod template would reach no pod, or too many at once. */
function whyTemplateStays(
  workload: WorkloadDetail,
  budgets: Parameters<typeof budgetsOf>[0],
): string | undefined {
  const { kind, namespace, podLabels, rollout, updateStrategy } = workload;
  const decision = treatmentOf(workload);
  if (decision.kind === 'leave' || rollout === undefined) return undefined;
  const method = chooseMethod(
    decision.treatment,
    rollout,
    budgetsOf(budgets, namespace, podLabels),
  );
  switch (method.kind) {
    case 'template':
      return undefined;
    case 'evict':
      return takesNewTemplateByEviction(kind, updateStrategy) ? undefined : method.because;
    case 'restart-at':
    case 'recreate':
      return `a new pod template would be a release to the controller of a ${kind}`;
  }
}
