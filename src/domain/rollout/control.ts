import type { Approval, GateEvidence } from '../approval/evidence.ts';
import type { ApprovalMode, DeciderPolicy, GateKind, GatePolicy } from '../approval/gate-policy.ts';
import type { UpgradeReport } from '../report.ts';
import type { RunType } from '../request/request.ts';

/** A gate that waits; what histories from before do not know is absent. */
export interface OpenGate {
  readonly kind: 'open';
  readonly name: string;
  readonly openedAt: string;
  /** When it closes with nobody's decision (ms). */
  readonly until: number;
  readonly about?: GateKind;
  readonly policy?: GatePolicy;
  readonly approvals?: readonly Approval[];
  readonly evidence?: GateEvidence;
  readonly evidenceDigest?: string;
  readonly keptIn?: string;
}

/** The gate as the handlers see it. At most one is open at a time. */
export type Gate =
  | { readonly kind: 'none' }
  | OpenGate
  | {
      readonly kind: 'decided';
      readonly name: string;
      readonly until: number;
      readonly approved: boolean;
      readonly reason: string | undefined;
      /** Who rejected it, where somebody said. */
      readonly by?: string;
      /** As it was when it was decided. */
      readonly was?: OpenGate;
    };

/** A person's wish to end the run before its time. */
export interface StopWish {
  readonly kind: 'undo' | 'leave';
  readonly cause: string;
}

/** What a halted run was told to do with the step that failed. */
export interface HaltDecision {
  readonly kind: 'retry' | 'skip';
  readonly steps: readonly string[];
  readonly reason: string | undefined;
}

/** What waits for a person. */
export interface Halted {
  readonly steps: readonly string[];
  /** What made it so, one sentence each, where there is more than the run's cause. */
  readonly because?: readonly string[];
  /** The old revision cannot serve: whoever asks for a rollback now knows it. */
  readonly lacksWayBack?: boolean;
  decision: HaltDecision | undefined;
}

export interface Paused {
  readonly reason: string;
  readonly by?: string;
}

/** The number once of a signed decision that was handled; kept while the decision could be sent again. */
export interface UsedNonce {
  readonly nonce: string;
  readonly expiresAt: string;
}

/** All of a run by which messages are judged. */
export interface Control {
  readonly clusterUid: string | undefined;
  readonly workflowId: string;
  readonly firstRunId: string;
  readonly planDigest: string | undefined;
  readonly requestedBy: string | undefined;
  readonly mode: ApprovalMode;
  /** Who may let a halted or paused run go on; absent: everybody. */
  readonly haltPolicy: DeciderPolicy | undefined;
  readonly type: RunType;
  readonly gate: Gate;
  readonly paused: Paused | undefined;
  readonly stop: StopWish | undefined;
  readonly halted: Halted | undefined;
  readonly pointOfNoReturn: boolean;
  readonly undoing: boolean;
  readonly ended: UpgradeReport['outcome'] | undefined;
  readonly nonces: readonly UsedNonce[];
}

/** What a message that is accepted, or only handled, changes of it; absent: nothing. */
export interface ControlChanges {
  readonly gate?: Gate;
  readonly paused?: { readonly to: Paused | undefined };
  readonly stop?: StopWish;
  readonly halt?: HaltDecision;
  readonly nonces?: readonly UsedNonce[];
}

/** What follows from a message; a refusal changes nothing but that its token is used. */
export type Ruling =
  | { readonly kind: 'accepted'; readonly words: string; readonly changes: ControlChanges }
  | { readonly kind: 'refused'; readonly because: string; readonly changes: ControlChanges };
