import { loadApproverKeys, type ApproverKeys } from '../../approvals/approver-keys.ts';
import { verifyDecision } from '../../approvals/verify-decision.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { TokenVerdict } from '../../domain/rollout/decide-message.ts';
import type { KeyStanding } from '../../domain/rollout/sender.ts';

type Approvers = NonNullable<Config['approvers']>;

/**
 * Who signed a token, and in which roles, and the same of the keys of decisions before it. Approvers and
 * their keys are read anew each time: who was taken out of the file decides nothing from then on,
 * however long the run goes on.
 */
export async function verifyToken(
  { file }: Config,
  token: string,
  earlier: readonly string[] = [],
): Promise<TokenVerdict> {
  const { approvers = {} } = loadConfig(file);
  const known = await loadApproverKeys(approvers);
  const verdict = await verifyDecision(token, known);
  if (verdict.kind === 'refused') return verdict;
  return {
    ...verdict,
    roles: rolesOf(approvers, verdict.approver),
    ...(earlier.length === 0
      ? {}
      : { earlier: earlier.map((keyId) => standingOf(approvers, known, keyId)) }),
  };
}

function standingOf(approvers: Approvers, { keys }: ApproverKeys, keyId: string): KeyStanding {
  const holder = keys.find((each) => each.keyId === keyId)?.approver;
  if (holder === undefined) return { keyId, roles: [] };
  return { keyId, approver: holder, roles: rolesOf(approvers, holder) };
}

function rolesOf(approvers: Approvers, name: string): readonly string[] {
  return Object.hasOwn(approvers, name) ? (approvers[name]?.roles ?? []) : [];
}
