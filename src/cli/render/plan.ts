import { describeHops, describeStrategy } from '../../domain/planning/describe-strategy.ts';
import { describeEstimate, describeStep } from '../../domain/planning/describe-step.ts';
import type { Estimate } from '../../domain/planning/estimate-plan.ts';
import type { Planned } from '../../domain/planning/plan.ts';
import type { UpgradeStep } from '../../domain/planning/step.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import {
  describeHolding,
  describePhaseTime,
  TIMES_HEAD,
} from '../../domain/time/describe-times.ts';
import type { PlanTimes } from '../../domain/time/plan-times.ts';
import type { Output } from '../output.ts';
import { renderFindings } from './findings.ts';
import { renderFacts, renderSections } from './sections.ts';
import { renderTable } from './table.ts';
import { formatTime } from './time.ts';

/** The answer to "what would you do?", as a page. */
export function renderPlanned(output: Output, planned: Planned, times?: PlanTimes): string {
  switch (planned.kind) {
    case 'blocked':
      return `${output.colors.red('Blocked: nothing would be touched.')}\n\n${renderFindings(output, planned.findings)}`;
    case 'nothing-to-do': {
      const findings = renderFindings(output, planned.findings);
      return `${output.colors.green('Nothing to do: the mesh is there already.')}\n\n${findings}`;
    }
    case 'plan':
      return renderPlan(output, planned, times);
  }
}

function renderPlan(
  output: Output,
  { plan, digest, estimate }: Extract<Planned, { kind: 'plan' }>,
  times: PlanTimes | undefined,
): string {
  const facts = renderFacts(output, [
    ['Cluster', `${plan.cluster.name} (${plan.cluster.uid})`],
    ['From', `${plan.from.version} (revision ${plan.from.revision})`],
    ['To', `${plan.to.version} (revision ${plan.to.revision})`],
    ['Strategy', describeStrategy(plan)],
    ...describeHops(plan),
    ['Policy', plan.policy.name],
    [
      'Features',
      plan.features === undefined ? undefined : stripUnprintable(plan.features.join(', ')),
    ],
    ['Reason', plan.reason === undefined ? undefined : stripUnprintable(plan.reason)],
    ['Takes', `${describeEstimate(estimate)} (an estimate, without the time that people take)`],
    ['Plan', digest],
  ]);
  const steps = plan.steps
    .map((step, index) => renderStep(output, step, index + 1, estimate.steps[step.id]))
    .join('\n');
  const sections = renderSections(output, [
    { title: 'Steps', body: steps },
    { title: 'When it may change the mesh', body: renderTimes(output, times) },
    { title: 'Findings', body: renderFindings(output, plan.findings) },
  ]);
  return `${facts}\n\n${sections}`;
}

function renderTimes(output: Output, times: PlanTimes | undefined): string | undefined {
  if (times === undefined) return undefined;
  if (times.kind === 'unknown') return stripUnprintable(times.because);
  const head = TIMES_HEAD.map((title) => title.toUpperCase());
  const rows = times.phases.map((each) => describePhaseTime(each).map(formatTime));
  const freezes = times.freezes.map((each) => formatTime(stripUnprintable(describeHolding(each))));
  return [`As of ${formatTime(times.at)}`, renderTable(output, head, rows), ...freezes].join('\n');
}

function renderStep(
  output: Output,
  step: UpgradeStep,
  number: number,
  estimate: Estimate | undefined,
): string {
  const { cyan, dim } = output.colors;
  const takes =
    estimate === undefined || step.kind === 'gate' ? '' : `  ${dim(describeEstimate(estimate))}`;
  const title = `${String(number).padStart(2)}. ${cyan(step.id)}  ${stripUnprintable(step.title)}${takes}`;
  const details = describeStep(step).map(
    ({ depth, text }) => `      ${'  '.repeat(depth)}${dim(stripUnprintable(text))}`,
  );
  return [title, ...details].join('\n');
}
