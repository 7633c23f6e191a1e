import { CancellationScope, condition } from '@temporalio/workflow';
import type { Message, TokenVerdict } from '../domain/rollout/decide-message.ts';
import { keysOfApprovals } from '../domain/rollout/standing-approvals.ts';
import { verifying } from './activity-proxies.ts';
import { describeFailure } from './failures.ts';
import type { Run } from './run.ts';

/** Who signed the token of a message, and who still has the keys of approvals before it. What cannot be looked at proves nothing, and says so. */
export async function verifyToken(
  run: Run,
  { name, body: { token = '' } }: Message,
): Promise<TokenVerdict> {
  const earlier = run.gate.kind === 'open' ? keysOfApprovals(run.gate) : [];
  try {
    return await CancellationScope.nonCancellable(() =>
      verifying({ summary: `who has signed this ${name}?` }).verifyDecision({
        cluster: run.cluster,
        token,
        ...(earlier.length === 0 ? {} : { earlier }),
      }),
    );
  } catch (error) {
    const why = describeFailure(error);
    return { kind: 'refused', because: `the token could not be looked at: ${why}. Send it again` };
  }
}

/**
 * Looks at tokens beside each other and lets them count one after the other, in the order in which they
 * were received: the first that is valid wins, whichever is looked at first.
 */
export async function inTurn<T, R>(
  run: Run,
  look: () => Promise<T>,
  count: (found: T) => R,
): Promise<R> {
  const before = run.turn;
  let end = (): void => undefined;
  run.turn = new Promise((resolve) => {
    end = resolve;
  });
  run.verifying += 1;
  try {
    const found = await look();
    await before;
    return count(found);
  } finally {
    run.verifying -= 1;
    end();
  }
}

/** At the end of a time in which people could decide: those that came within it still count. */
export async function countReceived(run: Run): Promise<void> {
  if (run.verifying > 0) await condition(() => run.verifying === 0);
}
