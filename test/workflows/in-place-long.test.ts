import { expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { historiesOf } from '../support/full-histories.ts';
import { FIRST_HOP, sampleInPlace } from '../support/sample-in-place.ts';
import { samplePolicy } from '../support/sample-mesh.ts';
import { useLocalStage } from '../support/use-stage.ts';

const SHORT = fileURLToPath(new URL('../support/short-histories.ts', import.meta.url));
const { describeOnStage, stage } = useLocalStage('chains in short histories', {
  workflowsPath: SHORT,
});

/** Time goes as it does. */
const QUICK = samplePolicy({
  soakSeconds: { controlPlane: 1, wave: 1, mesh: 1 },
  healthPollSeconds: 1,
});

describeOnStage('a chain over many histories', () => {
  it('carries its hop, and what lies behind it', async () => {
    const calls: string[] = [];
    const run = await stage().begin({
      request: { strategy: 'in-place', target: '1.27.0' },
      but: {
        planUpgrade: async ({ cluster, clusterUid, hop }) => ({
          kind: 'plan',
          outline: sampleInPlace(
            { name: cluster, uid: clusterUid },
            QUICK,
            hop === undefined
              ? { ...FIRST_HOP, nextHops: ['1.27.0'] }
              : { from: '1.26.1', to: '1.27.0' },
          ),
        }),
        applyStep: async ({ hop = 1, step }) => {
          calls.push(`hop ${hop} ${step}`);
          return { objects: 3 };
        },
        undoStep: async ({ hop = 1, step }) => {
          calls.push(`undo ${hop} ${step}`);
          return { reverted: 1, foreign: [] };
        },
      },
    });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });
    await run.script.begun('claimMesh', 2);
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('reject', { args: [{}] });

    const report = await run.result();

    expect((await historiesOf(stage(), run)).length).toBeGreaterThan(8);
    const steps = ['crds', 'control-plane', 'wave-1', 'wave-2'];
    expect(calls).toEqual([
      ...steps.map((step) => `hop 1 ${step}`),
      ...steps.map((step) => `hop 2 ${step}`),
      ...['control-plane', 'wave-2', 'wave-1'].map((step) => `undo 2 ${step}`),
    ]);
    expect(report).toMatchObject({ outcome: 'RolledBack', target: '1.27.0' });
    expect(report.hops).toHaveLength(1);
    expect(report.runId).toBe(run.handle.firstExecutionRunId);
  });
});
