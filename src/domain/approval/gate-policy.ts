/** Who decides: whoever may send messages in Temporal, or who proves by a signature who it is. */
export const APPROVAL_MODES = ['open', 'signed'] as const;
export type ApprovalMode = (typeof APPROVAL_MODES)[number];

/** What follows when a gate closes with nobody's decision. */
export const ON_EXPIRY = ['rollback', 'halt'] as const;
export type OnExpiry = (typeof ON_EXPIRY)[number];

/** Before which waves a gate opens. */
export const GATED_WAVES = ['first', 'every'] as const;
export type GatedWaves = (typeof GATED_WAVES)[number];

/** Who may decide. */
export interface DeciderPolicy {
  /** One of these is needed; absent: in signed mode every approver may, in open mode everybody. */
  readonly roles?: readonly string[];
  /** Whether who asked for the run may let it go on. Absent: yes. */
  readonly requesterMayApprove?: boolean;
}

/** How a gate is passed. */
export interface GatePolicy extends DeciderPolicy {
  readonly expiresSeconds: number;
  /** Absent: `rollback`. Before anything was touched there is nothing to hold, and the run ends. */
  readonly onExpiry?: OnExpiry;
  /** How many different people have to approve. Absent: one. */
  readonly quorum?: number;
  /** Whether an approval has to name the plan. Absent: no; a signed one always does. */
  readonly planDigestRequired?: boolean;
}

/** The gates of a policy, by their kind. */
export interface GatePolicies {
  /** Before anything is touched. Absent: the run begins without asking. */
  readonly start?: GatePolicy;
  /** Before anything is touched, when the request overrides findings. Absent: nobody is asked. */
  readonly override?: GatePolicy;
  /** Before waves. Absent: none is asked for. */
  readonly wave?: GatePolicy & { readonly before: GatedWaves };
  /** Always there: the last moment at which everything can be undone. */
  readonly complete: GatePolicy;
  /** Who may let a run go on that has halted or was paused. Absent: everybody. Stopping is free to all. */
  readonly halt?: DeciderPolicy;
}

/** What a gate is about. */
export type GateKind = 'start' | 'override' | 'wave' | 'complete';
