import { randomBytes } from 'node:crypto';
import {
  GATE_DECISIONS,
  type DecisionClaims,
  type SignedDecision,
} from '../../domain/approval/decision-claims.ts';
import type { PlanOutline } from '../../domain/planning/plan.ts';
import type { Progress } from '../../domain/progress.ts';
import { needsProof } from '../../domain/rollout/decide-message.ts';
import { CliError } from '../cli-error.ts';
import { describeGate, requireGate } from '../commands/decision.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { askPlan, askProgress } from '../temporal/ask-run.ts';
import { findRun, requireOpen } from '../temporal/find-run.ts';
import type { RunRef } from '../temporal/run-ref.ts';
import { describeEvidence } from './describe-evidence.ts';
import { boundBy, chosenDecision, type DecisionFlags } from './decision-to-sign.ts';

const NONCE_BYTES = 16;

export interface ClaimsWish {
  readonly flags: DecisionFlags;
  /** From now on; ends with its gate in any case. */
  readonly expiresSeconds: number;
}

/** A decision on the run as it is now, and the run. What it is about is shown on standard error. */
export async function claimsOfRun(
  context: CommandContext,
  name: string | undefined,
  { flags, expiresSeconds }: ClaimsWish,
): Promise<{ readonly run: RunRef; readonly claims: DecisionClaims }> {
  const decision = chosenDecision(flags);
  const session = await context.temporal();
  const run = await findRun(session, name);
  await requireOpen(session, run);
  const [progress, plan] = await Promise.all([askProgress(session, run), askPlan(session, run)]);
  const { workflowId } = run;
  if (plan === null) throw refused(`${workflowId}: the run has made no plan yet; wait for it`);
  assertSigned(workflowId, plan, decision);
  const isAboutGate = GATE_DECISIONS.some((each) => each === decision);
  if (isAboutGate) requireGate(workflowId, progress, flags.gate);
  if (progress.openGate !== undefined) {
    context.output.note(describeGate(context, workflowId, progress));
    const evidence = describeEvidence(progress.openGate);
    if (evidence !== '') context.output.note(evidence);
  }
  const issued = Date.now();
  const ends = Math.min(issued + expiresSeconds * 1000, endOf(progress));
  const claims: DecisionClaims = {
    clusterUid: plan.cluster.uid,
    workflowId,
    firstRunId: progress.runId,
    ...(isAboutGate ? gateOf(workflowId, progress) : {}),
    planDigest: samePlan(workflowId, plan.digest, flags.planDigest),
    decision,
    nonce: randomBytes(NONCE_BYTES).toString('base64url'),
    issuedAt: new Date(issued).toISOString(),
    expiresAt: new Date(ends).toISOString(),
    ...boundBy(flags),
  };
  return { run, claims };
}

/** The run would not look at the token: what was signed, such as --leave, would be lost with it. */
function assertSigned(
  workflowId: string,
  { policy: { approvals, gates } }: PlanOutline,
  decision: SignedDecision,
): void {
  const control = { mode: approvals?.mode ?? 'open', haltPolicy: gates.halt };
  if (needsProof(control, decision)) return;
  throw refused(
    `${workflowId}: this run takes ${decision} without a signature, and looks at none. Nothing was signed; run: meshlift ${decision} ${workflowId}`,
  );
}

/** A gate of a run that was begun before there were signed decisions has no evidence to sign. */
function gateOf(
  workflowId: string,
  { openGate }: Progress,
): Pick<DecisionClaims, 'gate' | 'evidenceDigest'> {
  if (openGate?.evidenceDigest === undefined) {
    throw refused(
      `${workflowId}: expected the gate "${openGate?.name ?? ''}" to have a digest of its evidence, found none: its worker knows no signed decisions`,
    );
  }
  return { gate: openGate.name, evidenceDigest: openGate.evidenceDigest };
}

function samePlan(workflowId: string, digest: string, wanted: string | undefined): string {
  if (wanted === undefined || wanted === digest) return digest;
  throw refused(
    `${workflowId}: expected the plan ${wanted}, as --plan-digest says, found ${digest}. Nothing was signed`,
  );
}

function endOf({ openGate }: Progress): number {
  return openGate === undefined ? Number.POSITIVE_INFINITY : Date.parse(openGate.until);
}

function refused(message: string): CliError {
  return new CliError('MessageRefused', EXIT_CODES.failed, message);
}
