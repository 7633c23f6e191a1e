import { describeHops, describeStrategy } from './planning/describe-strategy.ts';
import { describeDrift } from './drift/drift-finding.ts';
import type { Finding } from './finding.ts';
import { describeEstimate, describeStep } from './planning/describe-step.ts';
import type { Planned } from './planning/plan.ts';
import type { TypedRequest } from './request/request.ts';
import { escapeMarkdown } from './report-markdown.ts';
import { describeHolding, describePhaseTime, TIMES_HEAD } from './time/describe-times.ts';
import type { PlanTimes } from './time/plan-times.ts';

type Plan = Extract<Planned, { kind: 'plan' }>;

/** What a plan, or the answer that there is none, says to people: the JSON's facts in reading order. */
export function renderPlanMarkdown(
  planned: Planned,
  asked: TypedRequest,
  planTimes?: PlanTimes,
): string {
  const title = titleOf(asked);
  switch (planned.kind) {
    case 'blocked':
      return page([`# ${title}: blocked`, 'Nothing would be touched.', ...findings(planned)]);
    case 'nothing-to-do':
      return page([
        `# ${title}: nothing to do`,
        'The mesh is there already.',
        ...findings(planned),
      ]);
    case 'plan':
      return page([
        `# ${title}`,
        facts(planned),
        '## Overview',
        overview(planned),
        ...times(planTimes),
        ...findings(planned.plan),
        '## Steps',
        ...planned.plan.steps.flatMap((_, index) => step(planned, index)),
      ]);
  }
}

function titleOf({ type, request }: TypedRequest): string {
  switch (type) {
    case 'upgradeMesh':
      return `Upgrade of ${escapeMarkdown(request.cluster)} to ${escapeMarkdown(request.target)}`;
    case 'downgradeMesh':
      return `Downgrade of ${escapeMarkdown(request.cluster)} to ${escapeMarkdown(request.target)}`;
    case 'rollbackMesh':
      return `Rollback of ${escapeMarkdown(request.cluster)}`;
    case 'refreshProxies':
      return `Refresh of the proxies of ${escapeMarkdown(request.cluster)}`;
  }
}

function facts({ plan, digest, estimate }: Plan): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Cluster', `${plan.cluster.name} (${plan.cluster.uid})`],
    ['From', `${plan.from.version} (revision ${plan.from.revision})`],
    ['To', `${plan.to.version} (revision ${plan.to.revision})`],
    ['Strategy', describeStrategy(plan)],
    ...describeHops(plan),
    ['Takes back', plan.takesBack],
    ['Policy', plan.policy.name],
    ['Features', plan.features?.join(', ')],
    ['Reason', plan.reason],
    ['Takes', `${describeEstimate(estimate)} (an estimate, without the time that people take)`],
    ['Plan', digest],
  ];
  return table(
    ['', ''],
    rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function overview({ plan, estimate }: Plan): string {
  const rows = plan.steps.map(({ id, title, undo, kind }, index) => {
    const takes = estimate.steps[id];
    const time = takes === undefined || kind === 'gate' ? '' : describeEstimate(takes);
    return [String(index + 1), id, title, time, undo.kind === 'none' ? '' : undo.kind];
  });
  return table(['', 'Step', 'What it does', 'Takes', 'Undo'], rows);
}

function times(known: PlanTimes | undefined): readonly string[] {
  if (known === undefined) return [];
  const heading = '## When it may change the mesh';
  if (known.kind === 'unknown') return [heading, escapeMarkdown(known.because)];
  return [
    heading,
    `As of ${known.at}.`,
    table(TIMES_HEAD, known.phases.map(describePhaseTime)),
    ...known.freezes.map((freeze) => escapeMarkdown(describeHolding(freeze))),
  ];
}

function step({ plan }: Plan, index: number): readonly string[] {
  const found = plan.steps[index];
  if (found === undefined) return [];
  const lines = describeStep(found).map(
    ({ depth, text }) => `${'  '.repeat(depth)}- ${escapeMarkdown(text)}`,
  );
  const heading = `### ${index + 1}. ${escapeMarkdown(found.title)}`;
  return lines.length === 0 ? [heading] : [heading, lines.join('\n')];
}

function findings({
  findings: list,
}: {
  readonly findings: readonly Finding[];
}): readonly string[] {
  if (list.length === 0) return [];
  const rows = list.map(
    ({ code, severity, subject, message, remedy, overriddenBecause, drift = [] }) => [
      code,
      overriddenBecause === undefined ? severity : `overridden: ${overriddenBecause}`,
      subject,
      [message, ...drift.map(describeDrift)].join('; '),
      remedy,
    ],
  );
  return [
    '## Findings',
    table(['Code', 'Severity', 'Subject', 'What was found', 'What to do'], rows),
  ];
}

function page(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    row(head),
    row(head.map(() => '---')),
    ...rows.map((cells) => row(cells.map(escapeMarkdown))),
  ].join('\n');
}
