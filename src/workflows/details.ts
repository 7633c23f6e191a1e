import type { OpenGateView } from '../domain/approval/evidence.ts';
import type { Progress } from '../domain/progress.ts';
import type { StepState, UpgradeReport } from '../domain/report.ts';
import { describeCensus } from '../domain/rollout/describe-census.ts';
import { describeCount } from '../domain/rollout/describe-count.ts';

const MARKS: Readonly<Record<StepState, string>> = {
  pending: '·',
  begun: '▶',
  done: '✓',
  failed: '✗',
  skipped: '↷',
  undoing: '◀',
  undone: '↶',
  'undo-failed': '✗',
};

/**
 * The Markdown on the run's page in the Temporal UI. Lists, not tables: the UI renders tables
 * without borders. Texts that come from people or clusters are put in code spans.
 */
export function renderDetails(progress: Progress, report: UpgradeReport): string {
  const { openGate, waitingFor, pausedBecause } = progress;
  const what = whatFor(report, progress.target);
  const head = `## ${progress.cluster} → ${what}\n\n**${report.outcome === 'Running' ? progress.phase : report.outcome}**`;
  const gate =
    openGate === undefined
      ? []
      : [
          `### A decision is waited for: \`${openGate.name}\``,
          `Open until ${openGate.until}. ${howToDecide(openGate, progress.cluster)}`,
          ...(progress.planDigest === undefined ? [] : [`Plan \`${progress.planDigest}\``]),
          ...gateDetails(openGate),
        ];
  const lines = progress.steps.map(
    ({ state, title, detail }) =>
      `- ${MARKS[state]} ${code(title)}${detail === undefined ? '' : ` — ${code(detail)}`}`,
  );
  return [
    head,
    ...(report.cause === undefined ? [] : [`Cause: ${code(report.cause)}`]),
    ...restoredLine(report),
    ...(waitingFor === undefined ? [] : [`Waiting for: ${code(waitingFor)}`]),
    ...(pausedBecause === undefined ? [] : [`Paused: ${code(pausedBecause)}`]),
    ...gate,
    ...section(
      'Failed',
      (progress.haltedBecause ?? []).map((text) => `- ${code(text)}`),
    ),
    ...section(
      'Findings',
      report.findings.map(
        ({ code: name, message, overriddenBecause }) =>
          `- ${name}: ${code(message)}${overriddenBecause === undefined ? '' : ` — overridden: ${code(overriddenBecause)}`}`,
      ),
    ),
    ...section('Steps', lines),
    ...section(
      'Not on the target',
      report.exceptions.map((text) => `- ${code(text)}`),
    ),
    ...section(
      'Left to do',
      report.remaining.map((text) => `- ${code(text)}`),
    ),
  ].join('\n\n');
}

function howToDecide({ mode }: OpenGateView, cluster: string): string {
  return mode === 'signed'
    ? `Decisions are signed: make a token with \`meshlift sign ${cluster} --approve --key FILE\` (or \`--reject\`), and send the Update (or signal) \`approve\` (or \`reject\`) with \`{"token":"…"}\`.`
    : `Send the Update (or signal) \`approve\` or \`reject\` with \`{}\`, or run \`meshlift approve ${cluster}\`.`;
}

/** Who has approved, who still has to, and what is decided on. */
function gateDetails(gate: OpenGateView): readonly string[] {
  const { evidence, evidenceDigest, keptIn, approvals = [], quorum = 1, stillNeeded } = gate;
  const who = gate.roles === undefined ? '' : ` by ${gate.roles.map(code).join(' or ')}`;
  const needed =
    stillNeeded === undefined ? [] : [`Still needed: ${stillNeeded} of ${quorum}${who}`];
  if (evidence === undefined) return needed;
  return [
    ...needed,
    ...section(
      'Approved by',
      approvals.map(
        ({ by = 'somebody', keyId, at, reason }) =>
          `- ${code(by)}${keyId === undefined ? '' : ' (signed)'} at ${at}${reason === undefined ? '' : `: ${code(reason)}`}`,
      ),
    ),
    ...section(
      'Cannot be undone afterwards',
      evidence.afterwards.map((text) => `- ${code(text)}`),
    ),
    ...section(
      'Soaks so far',
      evidence.soaks.map(
        ({ title, state, detail }) =>
          `- ${MARKS[state]} ${code(title)}${detail === undefined ? '' : ` — ${code(detail)}`}`,
      ),
    ),
    ...section(
      'Waves so far',
      evidence.waves.map(
        ({ id, onTarget, workloads, pods, census }) =>
          `- ${code(id)}: ${onTarget} of ${describeCount(workloads, 'workload')} on the target, ${describeCount(pods, 'pod')}${census === undefined ? '' : `: ${describeCensus(census)}`}`,
      ),
    ),
    ...(evidenceDigest === undefined
      ? []
      : [
          `Evidence \`${evidenceDigest}\`${keptIn === undefined ? '' : `, kept in ${code(keptIn)}`}`,
        ]),
  ];
}

function restoredLine({ restored, differences }: UpgradeReport): readonly string[] {
  if (restored === undefined) return [];
  if (!restored) return ['**Not everything is as it was before the run.**'];
  return [
    differences.length === 0
      ? 'Everything is as it was before the run.'
      : `Everything that the run changed is as it was; others changed ${describeCount(differences.length, 'value')} meanwhile.`,
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`### ${title}`, lines.slice(0, 100).join('\n')];
}

/** A code span that its content cannot leave. */
function code(text: string): string {
  return `\`${text.replaceAll('`', 'ˋ').replaceAll(/\s+/g, ' ').slice(0, 500)}\``;
}

/** What a run is after, in its heading. */
function whatFor({ type }: UpgradeReport, target: string): string {
  if (type === 'refreshProxies') return 'proxies as new as istiod';
  return type === 'rollbackMesh' ? 'as it was before an earlier run' : `Istio ${target}`;
}
