import { formatRef } from '../../domain/kubernetes-object.ts';
import type { Planned, PlannedObject, UpgradePlan } from '../../domain/planning/plan.ts';
import type { NamespaceMove, StepUndo, TagMove, UpgradeStep } from '../../domain/planning/step.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import { describeCount } from '../../domain/rollout/describe-count.ts';
import type { Output } from '../output.ts';
import { renderFindings } from './findings.ts';
import { renderFacts, renderSections } from './sections.ts';
import { formatSeconds } from './time.ts';

/** The answer to "what would you do?", as a page. */
export function renderPlanned(output: Output, planned: Planned): string {
  switch (planned.kind) {
    case 'blocked':
      return `${output.colors.red('Blocked: nothing would be touched.')}\n\n${renderFindings(output, planned.findings)}`;
    case 'nothing-to-do': {
      const findings = renderFindings(output, planned.findings);
      return `${output.colors.green('Nothing to do: the mesh is there already.')}\n\n${findings}`;
    }
    case 'plan':
      return renderPlan(output, planned.plan, planned.digest);
  }
}

function renderPlan(output: Output, plan: UpgradePlan, digest: string): string {
  const facts = renderFacts(output, [
    ['Cluster', `${plan.cluster.name} (${plan.cluster.uid})`],
    ['From', `${plan.from.version} (revision ${plan.from.revision})`],
    ['To', `${plan.to.version} (revision ${plan.to.revision})`],
    ['Strategy', plan.strategy],
    ['Policy', plan.policy.name],
    ['Reason', plan.reason === undefined ? undefined : stripUnprintable(plan.reason)],
    ['Plan', digest],
  ]);
  const steps = plan.steps.map((step, index) => renderStep(output, step, index + 1)).join('\n');
  const sections = renderSections(output, [
    { title: 'Steps', body: steps },
    { title: 'Findings', body: renderFindings(output, plan.findings) },
  ]);
  return `${facts}\n\n${sections}`;
}

function renderStep(output: Output, step: UpgradeStep, number: number): string {
  const title = `${String(number).padStart(2)}. ${output.colors.cyan(step.id)}  ${stripUnprintable(step.title)}`;
  const undo = describeUndo(step.undo);
  const details = [...describeStep(step), ...(undo === undefined ? [] : [`undo: ${undo}`])];
  return [
    title,
    ...details.map((line) => `      ${output.colors.dim(stripUnprintable(line))}`),
  ].join('\n');
}

/** What a step touches, a line each. */
function describeStep(step: UpgradeStep): readonly string[] {
  switch (step.kind) {
    case 'snapshot':
    case 'verify-control-plane':
    case 'verify-mesh':
      return [];
    case 'apply-crds':
    case 'install-control-plane':
      return describeObjects(step.objects);
    case 'remove-control-plane':
      return [
        `removes ${describeCount(step.objects.length, 'object')} of revision ${step.revision}`,
        ...refsOf(step.objects),
      ];
    case 'soak':
      return [`watches the health for ${formatSeconds(step.seconds)}`];
    case 'wave':
      return describeWave(step);
    case 'gate':
      return [`waits for a person, at most ${formatSeconds(step.expiresSeconds)}`];
    case 'move-default':
      return [...step.tagMoves.map(describeTagMove), ...describeValidator(step)];
    case 'restore-labels':
      return step.namespaceMoves.map(describeNamespaceMove);
    case 'census':
      return [`revision ${step.revision} must be unused for ${formatSeconds(step.graceSeconds)}`];
  }
}

function describeWave(step: Extract<UpgradeStep, { kind: 'wave' }>): readonly string[] {
  return [
    `namespaces: ${step.namespaces.join(', ')}`,
    ...step.tagMoves.map(describeTagMove),
    ...step.namespaceMoves.map(describeNamespaceMove),
    `restarts ${describeCount(step.workloads.length, 'workload')}`,
    ...step.workloads.map(
      (workload) => `  ${workload.kind} ${workload.namespace}/${workload.name}`,
    ),
  ];
}

function describeValidator(
  step: Extract<UpgradeStep, { kind: 'move-default' }>,
): readonly string[] {
  const { validator } = step;
  return validator === undefined
    ? []
    : [`validator ${validator.name}: ${validator.from} → ${validator.to}`];
}

function describeObjects(objects: readonly PlannedObject[]): readonly string[] {
  const count = (action: PlannedObject['action']): number =>
    objects.filter((object) => object.action === action).length;
  const changed = objects.filter((object) => object.action !== 'none');
  return [
    `creates ${count('create')}, updates ${count('update')}, leaves ${describeCount(count('none'), 'object')}`,
    ...changed.map((object) => `  ${object.action} ${formatRef(object.ref)}`),
  ];
}

function refsOf(objects: readonly PlannedObject[]): readonly string[] {
  return objects.map((object) => `  ${formatRef(object.ref)}`);
}

function describeTagMove(move: TagMove): string {
  return `tag ${move.tag}: ${move.from} → ${move.to}`;
}

function describeNamespaceMove(move: NamespaceMove): string {
  const changes = Object.entries(move.next)
    .filter(([label, value]) => (move.prior[label] ?? null) !== value)
    .map(([label, value]) => `${label}: ${move.prior[label] ?? 'absent'} → ${value ?? 'absent'}`);
  return `namespace ${move.namespace}: ${changes.join(', ')}`;
}

/** Steps that change nothing have nothing to undo, and nothing is said of it. */
function describeUndo(undo: StepUndo): string | undefined {
  switch (undo.kind) {
    case 'none':
      return undefined;
    case 'keep':
      return `kept: ${undo.because}`;
    case 'restore-prior':
      return 'what it created is deleted, prior values are put back';
    case 'undo-wave':
      return 'selectors back, then pod templates, then pods that still carry the new proxy';
    case 'point-of-no-return':
      return 'none from here on; the way back is a downgrade';
  }
}
