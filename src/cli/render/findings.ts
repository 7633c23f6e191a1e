import type { Finding } from '../../domain/finding.ts';
import { stopsRun } from '../../domain/finding.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import type { Output } from '../output.ts';

/** Each finding with what to do about it; those that stop a run first. */
export function renderFindings(output: Output, findings: readonly Finding[]): string {
  const inOrder = [...findings.filter(stopsRun), ...findings.filter((one) => !stopsRun(one))];
  return inOrder.map((finding) => renderFinding(output, finding)).join('\n');
}

function renderFinding(output: Output, finding: Finding): string {
  const { colors } = output;
  const paint = stopsRun(finding) ? colors.red : colors.yellow;
  const lines = [
    `${paint(finding.code)} (${finding.severity}) ${stripUnprintable(finding.subject)}`,
    `  ${stripUnprintable(finding.message)}`,
  ];
  if (finding.remedy !== '')
    lines.push(`  ${colors.dim('do:')} ${stripUnprintable(finding.remedy)}`);
  if (finding.overriddenBecause !== undefined) {
    lines.push(`  ${colors.dim('overridden:')} ${stripUnprintable(finding.overriddenBecause)}`);
  }
  return lines.join('\n');
}
