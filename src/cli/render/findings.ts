import { describeDrift } from '../../domain/drift/drift-finding.ts';
import type { Finding } from '../../domain/finding.ts';
import { stopsRun } from '../../domain/finding.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import type { Output } from '../output.ts';
import { renderSections, type Section } from './sections.ts';

/** Each finding with what to do about it; those that stop a run first. */
export function renderFindings(output: Output, findings: readonly Finding[]): string {
  const inOrder = [...findings.filter(stopsRun), ...findings.filter((one) => !stopsRun(one))];
  return inOrder.map((finding) => renderFinding(output, finding)).join('\n');
}

export interface Precheck {
  readonly findings: readonly Finding[];
  readonly stops: boolean;
  /** The mesh is at the target already. */
  readonly isThere: boolean;
}

/** Findings alone, in groups by how they bear on a run, and what that comes to. */
export function renderPrecheck(output: Output, { findings, stops, isThere }: Precheck): string {
  const { colors } = output;
  const passes = isThere
    ? 'Nothing to do: the mesh is there already.'
    : 'Nothing stands in the way.';
  const overridable = findings.filter(({ severity }) => severity === 'overridable');
  const sections = [
    group(
      output,
      'Blocking',
      findings.filter(({ severity }) => severity === 'blocking'),
    ),
    group(output, 'Overridable, by name and with a reason', overridable.filter(stopsRun)),
    group(
      output,
      'Overridden',
      overridable.filter((one) => !stopsRun(one)),
    ),
    group(
      output,
      'For information',
      findings.filter(({ severity }) => severity === 'info'),
    ),
  ];
  const verdict = stops
    ? colors.red('Blocked: the upgrade would touch nothing.')
    : colors.green(passes);
  const page = renderSections(output, sections);
  return page === '' ? verdict : `${verdict}\n\n${page}`;
}

function group(output: Output, title: string, findings: readonly Finding[]): Section {
  const body = findings.map((finding) => renderFinding(output, finding)).join('\n');
  return { title: `${title} (${findings.length})`, body };
}

function renderFinding(output: Output, finding: Finding): string {
  const { colors } = output;
  const paint = stopsRun(finding) ? colors.red : colors.yellow;
  const lines = [
    `${paint(finding.code)} (${finding.severity}) ${stripUnprintable(finding.subject)}`,
    `  ${stripUnprintable(finding.message)}`,
  ];
  lines.push(
    ...(finding.drift ?? []).map((drift) => `    ${stripUnprintable(describeDrift(drift))}`),
  );
  if (finding.remedy !== '')
    lines.push(`  ${colors.dim('do:')} ${stripUnprintable(finding.remedy)}`);
  if (finding.overriddenBecause !== undefined) {
    lines.push(`  ${colors.dim('overridden:')} ${stripUnprintable(finding.overriddenBecause)}`);
  }
  return lines.join('\n');
}
