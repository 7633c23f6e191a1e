import type { Config } from '../../config/config.ts';
import type { GateEvidence } from '../../domain/approval/evidence.ts';
import type { TokenVerdict } from '../../domain/rollout/decide-message.ts';
import { toFailure } from '../failures.ts';
import { recordOf } from '../load-plan.ts';
import type { RunRef } from '../run-ref.ts';
import { withCluster } from '../with-cluster.ts';
import { digestEvidence, keepEvidence, type KeptEvidence } from './keep-evidence.ts';
import { verifyToken } from './verify-token.ts';

/** What gates need: evidence to decide on, and who has decided. */
export interface ApprovalActivities {
  /** Digests what a gate's decision is about and, where `keep` says so, keeps it beside the mesh. */
  keepEvidence(
    input: RunRef & { readonly evidence: GateEvidence; readonly keep: boolean },
  ): Promise<KeptEvidence>;
  /** Who signed a token; runs on the workflows' own queue, where the approvers' keys are. */
  verifyDecision(input: {
    readonly cluster: string;
    readonly token: string;
    /** Keys of approvals before it, by their ids. */
    readonly earlier?: readonly string[];
  }): Promise<TokenVerdict>;
}

/** These activities, bound to what they need. */
export function createApprovalActivities({
  config,
}: {
  readonly config: Config;
}): ApprovalActivities {
  return {
    keepEvidence: async (input) => {
      const { evidence, keep } = input;
      return keep
        ? withCluster(config, input, (access) =>
            keepEvidence(recordOf(access, input), input, evidence),
          )
        : { digest: digestEvidence(evidence) };
    },
    verifyDecision: async ({ token, earlier }) => {
      try {
        return await verifyToken(config, token, earlier);
      } catch (error) {
        throw toFailure(error);
      }
    },
  };
}
