import { expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { flood, historiesOf } from '../support/full-histories.ts';
import { openGateOf } from '../support/open-gate.ts';
import { refusalOf } from '../support/refusal.ts';
import { tokenOf } from '../support/scripted-tokens.ts';
import { useLocalStage } from '../support/use-stage.ts';

const SHORT = fileURLToPath(new URL('../support/short-histories.ts', import.meta.url));
const { describeOnStage, stage } = useLocalStage('decisions in short histories', {
  workflowsPath: SHORT,
});

describeOnStage('a gate in a new history', () => {
  it('still knows who has approved and which tokens were used, and that the run is paused by whom', async () => {
    const run = await stage().begin({
      policy: {
        approvals: { mode: 'signed' },
        soakSeconds: { controlPlane: 1, wave: 1, mesh: 1 },
        healthPollSeconds: 1,
        gates: { complete: { expiresSeconds: 3600, quorum: 2 } },
      },
    });
    await openGateOf(stage(), run, 'complete');
    const token = await tokenOf(run, 'ana', 'approve');
    await run.handle.executeUpdate('approve', { args: [{ token }] });
    await run.handle.executeUpdate('pause', { args: [{ by: 'cyd', reason: 'incident' }] });
    const before = await run.progress();
    const histories = (await historiesOf(stage(), run)).length;

    await flood(stage(), run);
    const after = await run.progress();
    const again = await refusalOf(run.handle.executeUpdate('approve', { args: [{ token }] }));
    await run.handle.executeUpdate('resume', { args: [{ by: 'cyd' }] });
    await run.handle.executeUpdate('approve', {
      args: [{ token: await tokenOf(run, 'ben', 'approve') }],
    });
    const report = await run.result();

    expect((await historiesOf(stage(), run)).length).toBeGreaterThan(histories);
    expect(before.openGate).toMatchObject({ stillNeeded: 1, approvals: [{ by: 'ana' }] });
    expect(after.openGate).toEqual(before.openGate);
    expect(after.pausedBecause).toBe('incident (cyd)');
    expect(again).toMatch(/^MessageRefused: ana: this token was used already/);
    expect(report).toMatchObject({
      outcome: 'Succeeded',
      gates: [{ name: 'complete', approvals: [{ by: 'ana' }, { by: 'ben' }] }],
    });
  });
});
