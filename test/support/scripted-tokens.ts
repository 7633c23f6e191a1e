import type { DecisionClaims } from '../../src/domain/approval/decision-claims.ts';
import type { TokenVerdict } from '../../src/domain/rollout/decide-message.ts';
import { CLUSTER_UID } from './scripted-activities.ts';
import type { Rehearsal } from './workflow-stage.ts';

/** Who the scripted approvers are. */
export const ROLES = { ana: ['admins'], ben: ['admins', 'on-call'], cyd: ['on-call'] } as const;
type Approver = keyof typeof ROLES;

let count = 0;

/** What looking at a token comes to, as the token itself: a decision on the run as it is now. */
export async function tokenOf(
  run: Rehearsal,
  approver: Approver,
  decision: DecisionClaims['decision'],
  changes: Partial<DecisionClaims> = {},
): Promise<string> {
  const { openGate, planDigest = '', runId } = await run.progress();
  count += 1;
  const issued = Date.parse(openGate?.openedAt ?? new Date().toISOString());
  const claims: DecisionClaims = {
    clusterUid: CLUSTER_UID,
    workflowId: run.handle.workflowId,
    firstRunId: runId,
    planDigest,
    ...(openGate === undefined
      ? {}
      : { gate: openGate.name, evidenceDigest: openGate.evidenceDigest ?? '' }),
    decision,
    nonce: `nonce ${count}`,
    issuedAt: new Date(issued).toISOString(),
    expiresAt: new Date(issued + 365 * 86_400_000).toISOString(),
    ...changes,
  };
  const verdict: TokenVerdict = {
    kind: 'verified',
    approver,
    keyId: `key of ${approver}`,
    roles: ROLES[approver],
    claims,
  };
  return JSON.stringify(verdict);
}
