import { describeApproval } from './rollout/describe-approvals.ts';
import type { GateRecord } from './approval/evidence.ts';
import type { Finding } from './finding.ts';
import { formatSeconds } from './format-seconds.ts';
import { phaseTimes } from './phase-times.ts';
import type { MessageRecord, StepReport, UpgradeReport, WaveReport } from './report.ts';
import { describeCensus } from './rollout/describe-census.ts';

/**
 * Text from a cluster or a person, safe to print: control, format (bidi, zero-width) and private
 * characters and lone surrogates are gone, line breaks and tabs are spaces.
 */
export function stripUnprintable(text: string): string {
  return text
    .replace(/[\t\r\n\v\f\u0085\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '');
}

/** Foreign text inside a Markdown document: shown letter by letter, never as markup, HTML or a link. */
export function escapeMarkdown(text: string): string {
  return stripUnprintable(text)
    .replace(/[\\`*_{}[\]<>#|~&!$]/g, '\\$&')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/\bwww\./gi, (found) => `${found.slice(0, -1)}\\.`)
    .replace(/^(?=\s*[-+=])\s*/, '$&\\')
    .replace(/^(\s*\d+)(?=[.)](\s|$))/, '$1\\');
}

/** The report as a Markdown page for people: the same facts as the JSON, in reading order. */
export function renderReportMarkdown(report: UpgradeReport): string {
  const sections = [
    heading(report),
    table(['', ''], factsOf(report)),
    section('Left to do by hand', bullets(report.remaining)),
    section('Differences from the snapshot', differences(report)),
    section('Findings', findings(report.findings)),
    ...(report.hops ?? []).map((hop) =>
      section(
        `Hop ${escapeMarkdown(hop.from.version)} → ${escapeMarkdown(hop.to.version)}`,
        [steps(hop.steps), phases(hop.steps)].join('\n\n'),
      ),
    ),
    section('Steps', steps(report.steps)),
    section('Phases and traffic', phases(report.steps)),
    section('Waves', waves(report.waves)),
    section('What no census could tell', bullets(report.waves.flatMap(remarksOf))),
    section('Workloads that are not on the target', bullets(report.exceptions)),
    section('Gates', gates(report.gates ?? [])),
    section('Decisions and messages', messages(report.messages)),
    section('Nobody could be told', bullets(report.undelivered ?? [])),
  ];
  return `${sections.filter((part) => part !== '').join('\n\n')}\n`;
}

function heading(report: UpgradeReport): string {
  const title = `# ${titleOf(report)}: ${escapeMarkdown(report.outcome)}`;
  return report.cause === undefined ? title : `${title}\n\n${escapeMarkdown(report.cause)}`;
}

function titleOf({ type, cluster, target }: UpgradeReport): string {
  if (type === undefined) {
    return `Upgrade of ${escapeMarkdown(cluster)} to ${escapeMarkdown(target)}`;
  }
  switch (type) {
    case 'downgradeMesh':
      return `Downgrade of ${escapeMarkdown(cluster)} to ${escapeMarkdown(target)}`;
    case 'rollbackMesh':
      return `Rollback of ${escapeMarkdown(cluster)} to ${escapeMarkdown(target)}`;
    case 'refreshProxies':
      return `Refresh of the proxies of ${escapeMarkdown(cluster)}`;
  }
}

function factsOf(report: UpgradeReport): readonly (readonly string[])[] {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['From', report.from],
    ['To', report.to],
    ['Asked for by', report.requestedBy],
    ['Began', report.startedAt],
    ['Ended', report.endedAt],
    ['Took', secondsBetween(report.startedAt, report.endedAt)],
    ['Everything as before', report.restored === undefined ? undefined : yesNo(report.restored)],
    ['Run', `${report.workflowId} (${report.runId})`],
    ['Plan', report.planDigest],
  ];
  return facts.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, escapeMarkdown(value)]],
  );
}

function steps(list: readonly StepReport[]): string {
  const rows = list.map((step) => [
    escapeMarkdown(step.title),
    escapeMarkdown(step.state),
    tookOf(step),
    escapeMarkdown(step.detail ?? ''),
  ]);
  return table(['Step', 'State', 'Took', 'Detail'], rows);
}

/** How long each phase took. What it did to traffic no metrics tell: none are read. */
function phases(list: readonly StepReport[]): string {
  const rows = phaseTimes(list).map(({ phase, seconds }) => [
    phase,
    formatSeconds(Math.round(seconds)),
    'no data: meshlift reads no metrics of traffic',
  ]);
  return rows.length === 0 ? '' : table(['Phase', 'Took', 'Requests and connections'], rows);
}

function waves(list: readonly WaveReport[]): string {
  const rows = list.map((wave) => [
    escapeMarkdown(wave.id),
    wave.namespaces.map(escapeMarkdown).join(', '),
    String(wave.workloads),
    String(wave.onTarget),
    String(wave.pods),
    wave.census === undefined ? '' : describeCensus(wave.census),
  ]);
  return table(['Wave', 'Namespaces', 'Workloads', 'On target', 'Pods', 'Of these'], rows);
}

/** Each with its wave. */
export function remarksOf({ id, remarks = [] }: WaveReport): readonly string[] {
  return remarks.map((remark) => `${id}: ${remark}`);
}

function findings(list: readonly Finding[]): string {
  const rows = list.map((finding) => [
    escapeMarkdown(finding.code),
    finding.overriddenBecause === undefined
      ? escapeMarkdown(finding.severity)
      : `overridden: ${escapeMarkdown(finding.overriddenBecause)}`,
    escapeMarkdown(finding.subject),
    escapeMarkdown(finding.message),
    escapeMarkdown(finding.remedy),
  ]);
  return table(['Code', 'Severity', 'Subject', 'What was found', 'What to do'], rows);
}

function differences(report: UpgradeReport): string {
  const rows = report.differences.map((difference) => [
    escapeMarkdown(difference.path),
    escapeMarkdown(difference.expected),
    escapeMarkdown(difference.found),
  ]);
  return table(['Where', 'In the snapshot', 'Found'], rows);
}

function messages(list: readonly MessageRecord[]): string {
  const rows = list.map((record) => [
    escapeMarkdown(record.at),
    escapeMarkdown(record.message),
    escapeMarkdown(record.by ?? ''),
    escapeMarkdown(record.effect),
    escapeMarkdown(record.detail),
  ]);
  return table(['When', 'Message', 'By', 'Effect', 'Detail'], rows);
}

function gates(list: readonly GateRecord[]): string {
  const rows = list.map(({ name, answer, openedAt, closedAt, approvals, evidenceDigest }) => [
    escapeMarkdown(name),
    escapeMarkdown(answer),
    escapeMarkdown(openedAt),
    escapeMarkdown(closedAt),
    approvals.map((each) => escapeMarkdown(describeApproval(each))).join('; '),
    escapeMarkdown(evidenceDigest ?? ''),
  ]);
  return table(['Gate', 'Answer', 'Opened', 'Closed', 'Approved by', 'Evidence'], rows);
}

function section(title: string, body: string): string {
  return body === '' ? '' : `## ${title}\n\n${body}`;
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Its own time, and how long the undo took where there was one. */
function tookOf({ begunAt, endedAt, undoBegunAt, undoEndedAt }: StepReport): string {
  const own = secondsBetween(begunAt, endedAt);
  const undo = secondsBetween(undoBegunAt, undoEndedAt);
  return [own, undo === undefined ? undefined : `undo ${undo}`]
    .filter((part) => part !== undefined)
    .join(', ');
}

function secondsBetween(from: string | undefined, to: string | undefined): string | undefined {
  if (from === undefined || to === undefined) return undefined;
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000);
  return Number.isFinite(seconds) ? `${seconds} s` : undefined;
}

function yesNo(claim: boolean): string {
  return claim ? 'yes' : 'no';
}
