/** What a person may sign: the names are those of the messages that carry the decisions. */
export const SIGNED_DECISIONS = [
  'approve',
  'reject',
  'withdraw',
  'retry',
  'skip',
  'rollback',
  'abort',
  'pause',
  'resume',
] as const;
export type SignedDecision = (typeof SIGNED_DECISIONS)[number];

/** Decisions that are about an open gate, and so always name it, its plan and its evidence. */
export const GATE_DECISIONS = ['approve', 'reject', 'withdraw'] as const;

/**
 * What a signature binds: this decision, of this run on this cluster, about this plan and evidence,
 * once and until a time. Signed as canonical JSON (RFC 8785), so that there is one byte form for it.
 */
export interface DecisionClaims {
  /** The uid of the namespace `kube-system`. */
  readonly clusterUid: string;
  readonly workflowId: string;
  /** Stays the same when a run goes on in a new history. */
  readonly firstRunId: string;
  /** Of the open gate; with its digests always there for `GATE_DECISIONS`. */
  readonly gate?: string;
  readonly planDigest?: string;
  readonly evidenceDigest?: string;
  readonly decision: SignedDecision;
  /** 128 random bits or more, base64url: by it a second use is known. */
  readonly nonce: string;
  /** UTC, as `2026-12-01T22:00:00.000Z`. */
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** `retry` and `skip`. */
  readonly step?: string;
  /** `abort`: leave all as it stands. */
  readonly leave?: true;
  readonly reason?: string;
}
