import { describeApproval, whoIsNeeded } from '../../domain/rollout/describe-approvals.ts';
import type { OpenGateView } from '../../domain/approval/evidence.ts';
import type { Progress } from '../../domain/progress.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import { formatTime } from '../render/time.ts';

/** Why a run does not go on by itself. */
export type Need =
  | {
      readonly kind: 'gate';
      readonly gate: string;
      readonly until: string;
      readonly planDigest?: string;
      /** Who has approved, and who still has to, in words. */
      readonly approvedBy?: string;
      readonly stillNeeded?: string;
      readonly isSigned?: true;
    }
  | {
      readonly kind: 'halt';
      readonly because?: string;
      readonly step?: string;
      readonly canRollBack: boolean;
    }
  | { readonly kind: 'pause'; readonly because?: string };

/** What a person has to decide before the run goes on; `undefined` while it needs nobody. */
export function needOf(progress: Progress): Need | undefined {
  const { openGate, planDigest, waitingFor, pausedBecause } = progress;
  if (openGate !== undefined) {
    return {
      kind: 'gate',
      gate: openGate.name,
      until: openGate.until,
      ...(planDigest === undefined ? {} : { planDigest }),
      ...approvalsOf(openGate),
    };
  }
  if (progress.phase === 'Halted') {
    const failed = progress.steps.find(
      ({ state }) => state === 'failed' || state === 'undo-failed',
    );
    return {
      kind: 'halt',
      canRollBack: progress.canRollBack,
      ...(waitingFor === undefined ? {} : { because: waitingFor }),
      ...(failed === undefined ? {} : { step: failed.id }),
    };
  }
  if (progress.phase === 'Paused' || pausedBecause !== undefined) {
    return { kind: 'pause', ...(pausedBecause === undefined ? {} : { because: pausedBecause }) };
  }
  return undefined;
}

function approvalsOf(
  gate: OpenGateView,
): Pick<Extract<Need, { kind: 'gate' }>, 'approvedBy' | 'stillNeeded' | 'isSigned'> {
  const stillNeeded = whoIsNeeded(gate);
  const approvedBy = (gate.approvals ?? []).map(describeApproval).join('; ');
  return {
    ...(stillNeeded === undefined ? {} : { stillNeeded }),
    ...(approvedBy === '' ? {} : { approvedBy }),
    ...(gate.mode === 'signed' ? { isSigned: true } : {}),
  };
}

/** The need in words, with the commands that answer it. */
export function describeNeed(need: Need, workflowId: string): readonly string[] {
  switch (need.kind) {
    case 'gate':
      return [
        `The gate "${stripUnprintable(need.gate)}" is open until ${formatTime(need.until)}.`,
        ...(need.approvedBy === undefined
          ? []
          : [`  approved by: ${stripUnprintable(need.approvedBy)}`]),
        ...(need.stillNeeded === undefined
          ? []
          : [`  still needed: ${stripUnprintable(need.stillNeeded)}`]),
        `  look:     meshlift show ${workflowId}`,
        ...(need.isSigned === true
          ? [
              `  go on:    meshlift sign ${workflowId} --approve --key FILE --send`,
              `  undo all: meshlift sign ${workflowId} --reject --key FILE --send`,
            ]
          : [
              `  go on:    meshlift approve ${workflowId}`,
              `  undo all: meshlift reject ${workflowId} --reason "…"`,
            ]),
      ];
    case 'halt':
      return [
        `The run has halted${because(need.because)}.`,
        ...haltChoices(need.step, workflowId),
        ...(need.canRollBack ? [`  undo all: meshlift rollback ${workflowId} --reason "…"`] : []),
        `  leave it: meshlift abort ${workflowId} --leave --reason "…"`,
      ];
    case 'pause':
      return [
        `The run is paused${because(need.because)}.`,
        `  go on: meshlift resume ${workflowId}`,
      ];
  }
}

function haltChoices(step: string | undefined, workflowId: string): readonly string[] {
  const which = step === undefined ? '' : ` --step ${stripUnprintable(step)}`;
  return [
    `  again:    meshlift retry ${workflowId}${which} --reason "…"`,
    `  skip it:  meshlift skip ${workflowId}${which} --reason "…"`,
  ];
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${formatTime(stripUnprintable(reason))}`;
}
