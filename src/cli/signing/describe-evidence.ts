import type { OpenGateView } from '../../domain/approval/evidence.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';

/** What a person has to know before they sign: what was found, and what follows for good. */
export function describeEvidence({ evidence, keptIn }: OpenGateView): string {
  if (evidence === undefined) return '';
  const { findings, exceptions, afterwards } = evidence;
  return [
    ...listOf(
      'Findings',
      findings.map(({ code, subject, message }) => `${code} ${subject}: ${message}`),
    ),
    ...listOf('Not on the target', exceptions),
    ...listOf('Cannot be undone afterwards', afterwards),
    ...(keptIn === undefined
      ? []
      : [`All of the evidence is kept in ${stripUnprintable(keptIn)}.`]),
  ].join('\n');
}

function listOf(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0
    ? []
    : [`${title}:`, ...lines.map((line) => `  ${stripUnprintable(line)}`)];
}
