import type { RevisionAt } from '../../domain/planning/plan.ts';
import type { Progress } from '../../domain/progress.ts';
import type { StepReport, UpgradeReport, WaveReport } from '../../domain/report.ts';
import { remarksOf, stripUnprintable } from '../../domain/report-markdown.ts';
import { describeCensus } from '../../domain/rollout/describe-census.ts';
import type { Output } from '../output.ts';
import type { RunView } from '../run-view.ts';
import { describeNeed, needOf } from '../follow/person-needed.ts';
import { describeEvidence } from '../signing/describe-evidence.ts';
import { renderFindings } from './findings.ts';
import { approvalFacts, renderGates } from './gate.ts';
import { renderFacts, renderSections, type Fact, type Section } from './sections.ts';
import { renderTable } from './table.ts';
import { formatTime, formatTook } from './time.ts';
import { describeCounts, describeHeld } from './wave-progress.ts';

/** Where a run stands: phase, gate and evidence, steps, waves, findings, messages. */
export function renderRun(output: Output, view: RunView): string {
  const { progress, report } = view;
  const facts = renderFacts(output, [
    ['Run', `${view.workflowId} (${view.runId})`],
    ...versionFacts(view),
    ...stateFacts(output, view),
    ['Plan', progress?.planDigest ?? report?.planDigest],
    ['Page', view.page],
  ]);
  const sections = renderSections(output, [
    { title: 'A person is needed', body: need(view) },
    { title: 'Evidence', body: evidenceOf(view) },
    { title: 'Steps', body: renderSteps(output, progress?.steps ?? report?.steps ?? [], progress) },
    ...(report === undefined ? [] : reportSections(output, report)),
  ]);
  return [facts, sections].filter((part) => part !== '').join('\n\n');
}

function versionFacts({ progress, report, plan }: RunView): readonly Fact[] {
  return [
    ['Cluster', printable(progress?.cluster ?? report?.cluster)],
    ['From', describeRevision(plan?.from) ?? printable(report?.from)],
    ['To', describeRevision(plan?.to) ?? printable(progress?.target ?? report?.target)],
  ];
}

function stateFacts(output: Output, view: RunView): readonly Fact[] {
  return view.status === 'RUNNING'
    ? [...reportFacts(view.report), ...openFacts(view.progress)]
    : [...endFacts(output, view), ...reportFacts(view.report)];
}

function openFacts(progress: Progress | undefined): readonly Fact[] {
  if (progress === undefined) return [];
  return [
    ['Phase', progress.phase],
    ['Waiting for', printable(progress.waitingFor)],
    ...approvalFacts(progress.openGate),
    ['Paused', printable(progress.pausedBecause)],
    ['Can be undone', yesNo(progress.canRollBack)],
  ];
}

function endFacts(output: Output, { status, report, failure }: RunView): readonly Fact[] {
  return [
    ['Status', status],
    ['Outcome', report === undefined ? undefined : paintOutcome(output, report.outcome)],
    ['Failure', failure === undefined ? undefined : describeFailure(failure)],
  ];
}

function reportFacts(report: UpgradeReport | undefined): readonly Fact[] {
  if (report === undefined) return [];
  return [
    ['Cause', printable(report.cause)],
    ['Asked for by', printable(report.requestedBy)],
    ['Began', formatTime(report.startedAt)],
    ['Ended', report.endedAt === undefined ? undefined : formatTime(report.endedAt)],
  ];
}

/** A report for the terminal: the same facts as the Markdown page. */
export function renderReport(output: Output, report: UpgradeReport): string {
  const facts = renderFacts(output, [
    ['Run', stripUnprintable(`${report.workflowId} (${report.runId})`)],
    ['Began', formatTime(report.startedAt)],
    ['Ended', report.endedAt === undefined ? undefined : formatTime(report.endedAt)],
    ['Plan', report.planDigest],
  ]);
  const sections = renderSections(output, [
    { title: 'Steps', body: renderSteps(output, report.steps, undefined) },
    ...reportSections(output, report),
  ]);
  return [renderSummary(output, report), facts, sections]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** How a run ended, in short; the whole story is in `meshlift report`. */
export function renderEnd(output: Output, workflowId: string, report: UpgradeReport): string {
  const hint = `${output.colors.dim('Report')}     meshlift report ${workflowId}`;
  const sections = renderSections(output, endSections(output, report));
  return [`${renderSummary(output, report)}\n${hint}`, sections]
    .filter((part) => part !== '')
    .join('\n\n');
}

function renderSummary(output: Output, report: UpgradeReport): string {
  const took = formatTook(report.startedAt, report.endedAt);
  const moved = report.waves.reduce((sum, wave) => sum + wave.workloads, 0);
  const wasTakenBack = report.restored !== undefined;
  const onTarget = report.waves.reduce((sum, wave) => sum + wave.onTarget, 0);
  const facts = renderFacts(output, [
    ['Cause', printable(report.cause)],
    ['From', printable(report.from)],
    ['To', printable(report.to)],
    // After a rollback the waves tell how far it had come, which would read like a claim of success.
    [
      'Workloads',
      moved === 0 || wasTakenBack ? undefined : `${onTarget} of ${moved} on the target`,
    ],
    ['As before', report.restored === undefined ? undefined : yesNo(report.restored)],
    ['Took', took === '' ? undefined : took],
  ]);
  const title = `${stripUnprintable(report.cluster)} → ${stripUnprintable(report.target)}: ${paintOutcome(output, report.outcome)}`;
  return facts === '' ? title : `${title}\n${facts}`;
}

function reportSections(output: Output, report: UpgradeReport): readonly Section[] {
  return [
    { title: 'Waves', body: renderWaves(output, report.waves) },
    ...endSections(output, report),
    { title: 'Gates', body: renderGates(output, report.gates ?? []) },
    { title: 'Messages', body: renderMessages(output, report) },
  ];
}

function endSections(output: Output, report: UpgradeReport): readonly Section[] {
  return [
    { title: 'Findings', body: renderFindings(output, report.findings) },
    { title: 'What no census could tell', body: bullets(report.waves.flatMap(remarksOf)) },
    { title: 'Not on the target', body: bullets(report.exceptions) },
    { title: 'Differences from the snapshot', body: renderDifferences(output, report) },
    { title: 'Left to do by hand', body: bullets(report.remaining) },
  ];
}

function need({ progress, workflowId }: RunView): string | undefined {
  const found = progress === undefined ? undefined : needOf(progress);
  return found === undefined ? undefined : describeNeed(found, workflowId).join('\n');
}

function evidenceOf({ progress }: RunView): string | undefined {
  const gate = progress?.openGate;
  return gate === undefined ? undefined : describeEvidence(gate);
}

function renderSteps(
  output: Output,
  steps: readonly StepReport[],
  progress: Progress | undefined,
): string | undefined {
  if (steps.length === 0) return undefined;
  const rows = steps.map((step) => [
    step.id,
    step.state,
    describeTook(step),
    step.title,
    detailOf(step, progress?.current),
  ]);
  return renderTable(output, ['STEP', 'STATE', 'TOOK', 'WHAT', 'DETAIL'], rows);
}

/** Its own time, and how long the undo took where there was one. */
function describeTook({ begunAt, endedAt, undoBegunAt, undoEndedAt }: StepReport): string {
  const undo = formatTook(undoBegunAt, undoEndedAt);
  return [formatTook(begunAt, endedAt), undo === '' ? '' : `undo ${undo}`]
    .filter((part) => part !== '')
    .join(', ');
}

function detailOf(step: StepReport, current: Progress['current']): string {
  const detail = step.detail ?? '';
  if (current?.step !== step.id || current.total === 0) return detail;
  return [describeCounts(current), describeHeld(current), detail]
    .filter((part) => part !== '')
    .join('; ');
}

function renderWaves(output: Output, waves: readonly WaveReport[]): string | undefined {
  if (waves.length === 0) return undefined;
  const rows = waves.map((wave) => [
    wave.id,
    `${wave.onTarget}/${wave.workloads}`,
    wave.pods,
    wave.census === undefined ? '' : describeCensus(wave.census),
    wave.namespaces.join(', '),
  ]);
  return renderTable(output, ['WAVE', 'ON TARGET', 'PODS', 'OF THESE', 'NAMESPACES'], rows);
}

function renderMessages(output: Output, report: UpgradeReport): string | undefined {
  if (report.messages.length === 0) return undefined;
  const rows = report.messages.map((record) => [
    formatTime(record.at),
    record.message,
    record.by ?? '',
    record.effect,
    record.detail,
  ]);
  return renderTable(output, ['WHEN', 'MESSAGE', 'BY', 'EFFECT', 'DETAIL'], rows);
}

function renderDifferences(output: Output, report: UpgradeReport): string {
  if (report.differences.length === 0) return '';
  const rows = report.differences.map(({ path, expected, found }) => [path, expected, found]);
  return renderTable(output, ['WHERE', 'IN THE SNAPSHOT', 'FOUND'], rows);
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${stripUnprintable(line)}`).join('\n');
}

function printable(text: string | undefined): string | undefined {
  return text === undefined ? undefined : formatTime(stripUnprintable(text));
}

function yesNo(claim: boolean): string {
  return claim ? 'yes' : 'no';
}

function describeRevision(at: RevisionAt | undefined): string | undefined {
  return at === undefined ? undefined : stripUnprintable(`${at.version} (revision ${at.revision})`);
}

function describeFailure({ type, message }: NonNullable<RunView['failure']>): string {
  return stripUnprintable(type === undefined ? message : `${type}: ${message}`);
}

function paintOutcome(output: Output, outcome: UpgradeReport['outcome']): string {
  const { colors } = output;
  switch (outcome) {
    case 'Succeeded':
      return colors.green(outcome);
    case 'Running':
      return outcome;
    case 'RolledBack':
    case 'Halted':
    case 'Cancelled':
      return colors.yellow(outcome);
    case 'Blocked':
    case 'RollbackFailed':
      return colors.red(outcome);
    default:
      return stripUnprintable(outcome);
  }
}
