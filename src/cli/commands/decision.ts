import type { Progress } from '../../domain/progress.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import { CliError } from '../cli-error.ts';
import { confirm } from '../confirm.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { approvalFacts } from '../render/gate.ts';
import { renderFacts } from '../render/sections.ts';
import { formatTime } from '../render/time.ts';
import { describeEvidence } from '../signing/describe-evidence.ts';
import { askProgress } from '../temporal/ask-run.ts';
import { findRun, requireOpen } from '../temporal/find-run.ts';
import { bodyOf, deliver, sendToRun, who, type ProvableOptions } from './message-command.ts';

export interface DecisionOptions extends ProvableOptions {
  readonly gate?: string;
}

export interface DecisionRequest {
  readonly decision: 'approve' | 'reject';
  readonly options: DecisionOptions;
}

export const DECISION_JSON =
  '{"kind":"message","message":…,"via":"update"|"signal","workflowId":…,"body":{"gate":…,"planDigest":…,"reason":…},"answer":…}';

/** Approves or rejects: bound to the gate and the plan that were shown, so nothing else is decided. */
export async function decide(
  context: CommandContext,
  name: string | undefined,
  { decision, options }: DecisionRequest,
): Promise<ExitCode> {
  if (options.signal === true) {
    const body = bodyOf({ gate: options.gate, reason: options.reason, ...who(options) });
    const question = `${decision} the gate that is open when this is received?`;
    return sendToRun(context, name, options, { name: decision, body, question });
  }
  const session = await context.temporal();
  const run = await findRun(session, name);
  await requireOpen(session, run);
  const progress = await askProgress(session, run);
  const gate = requireGate(run.workflowId, progress, options.gate);
  requireToken(run.workflowId, progress, { decision, options });
  context.output.note(describeGate(context, run.workflowId, progress));
  const evidence = progress.openGate === undefined ? '' : describeEvidence(progress.openGate);
  if (evidence !== '') context.output.note(evidence);
  const question =
    decision === 'approve'
      ? `Approve the gate "${stripUnprintable(gate)}"?`
      : `Reject at the gate "${stripUnprintable(gate)}"? The run then undoes everything it has done.`;
  await confirm(context, question, options.yes === true);
  const { planDigest } = progress;
  const body = bodyOf({ gate, planDigest, reason: options.reason, ...who(options) });
  return deliver(context, session, { run, message: { name: decision, body }, asSignal: false });
}

/** Before anything is sent: a gate of signed decisions takes no other. */
function requireToken(
  workflowId: string,
  { openGate }: Progress,
  { decision, options }: DecisionRequest,
): void {
  if (openGate?.mode !== 'signed' || options.token !== undefined) return;
  throw new CliError(
    'MessageRefused',
    EXIT_CODES.failed,
    `${workflowId}: the gate "${openGate.name}" takes signed decisions alone. Nothing was sent; sign and send it: \`meshlift sign ${workflowId} --${decision} --key FILE --send\``,
  );
}

export function requireGate(
  workflowId: string,
  progress: Progress,
  wanted: string | undefined,
): string {
  const { openGate } = progress;
  if (openGate !== undefined && (wanted === undefined || wanted === openGate.name)) {
    return openGate.name;
  }
  const state =
    openGate === undefined
      ? `no gate is open; the run is in phase ${progress.phase}${waiting(progress)}`
      : `the open gate is "${openGate.name}", not "${wanted ?? ''}"`;
  throw new CliError(
    'MessageRefused',
    EXIT_CODES.failed,
    `${workflowId}: ${state}. Nothing was sent; follow the run with \`meshlift watch ${workflowId}\``,
  );
}

function waiting(progress: Progress): string {
  return progress.waitingFor === undefined ? '' : `, waiting for ${progress.waitingFor}`;
}

/** What is decided on, on standard error: a person sees it before the question. */
export function describeGate(
  context: CommandContext,
  workflowId: string,
  progress: Progress,
): string {
  const done = progress.steps.filter((step) => step.state === 'done').length;
  return renderFacts(context.output, [
    ['Run', `${workflowId} (${progress.runId})`],
    ['Upgrade', stripUnprintable(`${progress.cluster} → ${progress.target}`)],
    ['Gate', stripUnprintable(progress.openGate?.name ?? '')],
    ['Open until', formatTime(progress.openGate?.until ?? '')],
    ...approvalFacts(progress.openGate),
    ['Steps done', `${done} of ${progress.steps.length}`],
    ['Can be undone', progress.canRollBack ? 'yes' : 'no'],
    ['Plan', progress.planDigest],
  ]);
}
