import { loadApproverKeys } from '../../approvals/approver-keys.ts';
import { verifyDecision } from '../../approvals/verify-decision.ts';
import type { Approver, Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { TokenVerdict } from '../../domain/rollout/decide-message.ts';

/**
 * Who signed a token, and in which roles. Approvers and their keys are read anew each time: who was
 * taken out of the file decides nothing from then on, however long the run goes on.
 */
export async function verifyToken({ file }: Config, token: string): Promise<TokenVerdict> {
  const { approvers = {} } = loadConfig(file);
  const verdict = await verifyDecision(token, await loadApproverKeys(approvers));
  if (verdict.kind === 'refused') return verdict;
  const person: Approver | undefined = approvers[verdict.approver];
  return { ...verdict, roles: person?.roles ?? [] };
}
