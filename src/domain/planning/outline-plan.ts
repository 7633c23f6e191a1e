import type { PlanEstimate } from './estimate-plan.ts';
import type { PlanOutline, StepOutline, UpgradePlan } from './plan.ts';
import type { StepOf, UpgradeStep } from './step.ts';

/** The plan without its long lists: what a workflow may carry in its history. */
export function outlinePlan(
  plan: UpgradePlan,
  digest: string,
  estimate?: PlanEstimate,
): PlanOutline {
  const { apiVersion, cluster, meshNamespace, strategy, from, to, policy, findings, steps } = plan;
  const { takesBack } = plan;
  return {
    apiVersion,
    digest,
    cluster,
    meshNamespace,
    strategy,
    from,
    to,
    ...(plan.nextHops === undefined ? {} : { nextHops: plan.nextHops }),
    ...(takesBack === undefined ? {} : { takesBack }),
    policy,
    findings,
    steps: steps.map((step) => ({ ...outlineStep(step), ...timeOf(step, estimate) })),
  };
}

function outlineStep(step: UpgradeStep): StepOutline {
  const { id, kind, title } = step;
  return {
    id,
    kind,
    title,
    undo: step.undo.kind,
    ...(step.undoFirst === undefined ? {} : { undoFirst: step.undoFirst }),
    objects: countObjects(step),
    ...detailsOf(step),
  };
}

/** How long what changes the mesh may take: it is not begun where it cannot end. */
function timeOf(step: UpgradeStep, estimate?: PlanEstimate): Partial<StepOutline> {
  const changes = countObjects(step) > 0;
  const most = changes ? estimate?.steps[step.id]?.seconds.most : undefined;
  return most === undefined ? {} : { estimateSeconds: Math.ceil(most) };
}

function countObjects(step: UpgradeStep): number {
  switch (step.kind) {
    case 'apply-crds':
    case 'install-control-plane':
    case 'remove-control-plane':
    case 'restore-control-plane':
      return step.objects.length;
    case 'undo-step':
      return step.changes;
    case 'wave':
      return step.namespaceMoves.length + step.workloads.length + countDefault(step);
    case 'move-default':
      return countDefault(step);
    case 'restore-labels':
      return step.namespaceMoves.length;
    case 'snapshot':
    case 'verify-control-plane':
    case 'soak':
    case 'gate':
    case 'census':
    case 'verify-mesh':
    case 'prove-restored':
      return 0;
  }
}

function countDefault({
  tagMoves,
  validator,
}: Pick<StepOf<'move-default'>, 'tagMoves' | 'validator'>): number {
  return tagMoves.length + (validator === undefined ? 0 : 1);
}

function detailsOf(step: UpgradeStep): Partial<StepOutline> {
  switch (step.kind) {
    case 'wave':
      return {
        namespaces: step.namespaces,
        workloads: step.workloads.length,
        ...(step.left.length === 0 ? {} : { left: step.left.length }),
      };
    case 'soak':
      return { seconds: step.seconds };
    case 'gate':
      return {
        seconds: step.expiresSeconds,
        ...(step.wave === undefined ? {} : { wave: step.wave }),
      };
    case 'census':
      return { seconds: step.graceSeconds };
    case 'snapshot':
    case 'apply-crds':
    case 'install-control-plane':
    case 'verify-control-plane':
    case 'move-default':
    case 'restore-labels':
    case 'remove-control-plane':
    case 'verify-mesh':
    case 'undo-step':
    case 'restore-control-plane':
    case 'prove-restored':
      return {};
  }
}
