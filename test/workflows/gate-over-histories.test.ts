import { expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { flood } from '../support/full-histories.ts';
import { useStage } from '../support/use-stage.ts';

const SHORT = fileURLToPath(new URL('../support/short-histories.ts', import.meta.url));

// A stage of its own: once time was skipped over a timer of a continued run, its server may skip none any more.
const { describeOnStage, stage } = await useStage('gates over histories', { workflowsPath: SHORT });

const seconds = (from: string | undefined, to: string | undefined): number =>
  (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000;

describeOnStage('a gate that waits as histories become full', () => {
  it('expires when it would have', async () => {
    const policy = { gates: { complete: { expiresSeconds: 3600 } } };
    const run = await stage().begin({ policy });
    const { openGate } = await run.reach('AwaitingCompletion');
    await flood(stage(), run);
    await run.reach('AwaitingCompletion');
    await stage().env.sleep('30m');
    await flood(stage(), run);

    const { outcome, endedAt } = await run.result();

    expect(outcome).toBe('RolledBack');
    expect(seconds(openGate?.openedAt, endedAt)).toBeLessThan(3700);
  });
});
