import type { Finding } from '../finding.ts';
import type { StepReport, WaveReport } from '../report.ts';
import type { ApprovalMode, GateKind } from './gate-policy.ts';

/** What a person decides on: all that the run knows as the gate opens. Its digest is what is signed. */
export interface GateEvidence {
  readonly about: GateKind;
  readonly gate: string;
  readonly gatheredAt: string;
  readonly planDigest: string;
  /** Those that were overridden as well, with who accepted them why. */
  readonly findings: readonly Finding[];
  /** What each soak so far came to. */
  readonly soaks: readonly Pick<StepReport, 'id' | 'title' | 'state' | 'endedAt' | 'detail'>[];
  /** What each wave's census counted. */
  readonly waves: readonly WaveReport[];
  /** Workloads that are not on the target, with the reason. */
  readonly exceptions: readonly string[];
  /** What cannot be taken back once the gate is passed, in words. */
  readonly afterwards: readonly string[];
}

/** An approval that counts. */
export interface Approval {
  /** The name that a key proves, or the one that somebody gave; absent: nobody said. */
  readonly by?: string;
  /** Of the key that signed; absent: the name is claimed. */
  readonly keyId?: string;
  readonly at: string;
  readonly reason?: string;
}

/** The open gate, as people and programs see it; what histories from before do not know is absent. */
export interface OpenGateView {
  readonly name: string;
  readonly about?: GateKind;
  readonly openedAt: string;
  readonly until: string;
  readonly mode?: ApprovalMode;
  /** How many people have to approve, and how many are still wanting. */
  readonly quorum?: number;
  readonly stillNeeded?: number;
  /** One of these is needed; absent: none is. */
  readonly roles?: readonly string[];
  readonly approvals?: readonly Approval[];
  readonly evidence?: GateEvidence;
  readonly evidenceDigest?: string;
  /** Where all of it is kept; absent: nowhere but in the run. */
  readonly keptIn?: string;
}

/** A gate that has closed, as the report tells it. */
export interface GateRecord {
  readonly name: string;
  readonly openedAt: string;
  readonly closedAt: string;
  readonly answer: 'approved' | 'rejected' | 'expired' | 'left';
  readonly approvals: readonly Approval[];
  readonly planDigest?: string;
  readonly evidenceDigest?: string;
}
