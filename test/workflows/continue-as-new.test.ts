import { expect, it } from '@jest/globals';
import { Context } from '@temporalio/activity';
import { fileURLToPath } from 'node:url';
import { flood, historiesOf } from '../support/full-histories.ts';
import { failure, untilAsked, watchOn } from '../support/scripted-activities.ts';
import { useLocalStage } from '../support/use-stage.ts';
import type { Plot, Rehearsal } from '../support/workflow-stage.ts';

const SHORT = fileURLToPath(new URL('../support/short-histories.ts', import.meta.url));
/** What a step adds to a history that is nearly full, with the messages of a test. */
const MOST_EVENTS = 100;

const { describeOnStage, stage } = useLocalStage('short histories', { workflowsPath: SHORT });

/** Time goes as it does. */
const QUICK = {
  soakSeconds: { controlPlane: 1, wave: 1, mesh: 1 },
  healthPollSeconds: 1,
  pruneGraceSeconds: 1,
};

async function begin(plot: Plot = {}): Promise<Rehearsal> {
  return stage().begin({ ...plot, policy: { ...QUICK, ...plot.policy } });
}

async function expectManyShort(run: Rehearsal, least: number): Promise<void> {
  const lengths = (await historiesOf(stage(), run)).map(({ length }) => length);
  expect(lengths.length).toBeGreaterThanOrEqual(least);
  expect(Math.max(...lengths)).toBeLessThan(MOST_EVENTS);
}

const seconds = (from: string | undefined, to: string | undefined): number =>
  (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000;

describeOnStage('a run in many histories', () => {
  it('ends as it does in one, under the id of its first', async () => {
    const ids = new Set<string>();
    const run = await begin({
      but: {
        applyStep: async ({ runId }) => {
          ids.add(runId);
          return { objects: 3 };
        },
      },
    });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });

    const report = await run.result();

    await expectManyShort(run, 10);
    expect(report).toMatchObject({ outcome: 'Succeeded', remaining: [], differences: [] });
    expect(report.steps.filter(({ state }) => state !== 'done')).toEqual([]);
    expect([...ids, report.runId]).toEqual(
      [report.runId, report.runId].map(() => run.handle.firstExecutionRunId),
    );
    const calls = run.script.calls.filter((call) => /^(apply|restart|takeWave)/.test(call));
    expect(calls).toEqual([...new Set(calls)]);
  });

  it('is undone as it is in one, step by step', async () => {
    const run = await begin();
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('reject', { args: [{ reason: 'red' }] });

    const report = await run.result();

    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: 'gate-complete: gate complete was rejected: red',
      restored: true,
    });
    const undone = run.script.calls.filter((call) => call.startsWith('undoStep'));
    expect(undone).toEqual([...new Set(undone)]);
    expect(undone.at(-1)).toBe('undoStep control-plane');
    expect(run.script.calls.filter((call) => call === 'finishRun')).toHaveLength(1);
  });

  it('closes as cancelled where it was cancelled: its undo stays in the history that knows it', async () => {
    const run = await begin();
    await run.reach('AwaitingCompletion');
    await run.handle.cancel();

    await run.result().catch(() => undefined);

    expect((await run.handle.describe()).status.name).toBe('CANCELLED');
    expect(await run.report()).toMatchObject({ outcome: 'Cancelled', restored: true });
  });
});

describeOnStage('what waits as a history becomes full', () => {
  /** Begins, and is flooded once it is there. */
  async function flooded(plot: Plot, phase: Parameters<Rehearsal['reach']>[0]): Promise<Rehearsal> {
    const run = await begin(plot);
    await run.reach(phase);
    await flood(stage(), run, phase === 'Halted' ? 'resume' : 'retry');
    await run.reach(phase);
    return run;
  }

  it('is an open gate: it keeps its time, takes a decision, and every message is told', async () => {
    const run = await begin();
    const { openGate } = await run.reach('AwaitingCompletion');
    const sent = await flood(stage(), run);
    expect((await run.reach('AwaitingCompletion')).openGate).toEqual(openGate);
    await run.handle.executeUpdate('approve', { args: [{ reason: 'green' }] });

    const { outcome, messages } = await run.result();

    expect(outcome).toBe('Succeeded');
    expect(messages.map(({ effect }) => effect)).toEqual([
      ...Array.from({ length: sent }, () => 'ignored'),
      'accepted',
    ]);
  });

  it('is an open gate: it expires when it would have', async () => {
    const run = await begin({ policy: { gates: { complete: { expiresSeconds: 15 } } } });
    const { openGate } = await run.reach('AwaitingCompletion');
    await flood(stage(), run);
    await stage().env.sleep('5s');
    await flood(stage(), run);

    const { outcome, steps } = await run.result();

    expect(outcome).toBe('RolledBack');
    const gate = steps.find(({ id }) => id === 'gate-complete');
    expect(seconds(openGate?.openedAt, gate?.endedAt)).toBeGreaterThanOrEqual(15);
    expect(seconds(openGate?.openedAt, gate?.endedAt)).toBeLessThan(25);
  });

  it('is a soak: the rest of it is waited for, no more', async () => {
    const soakSeconds = { ...QUICK.soakSeconds, controlPlane: 15 };
    const run = await begin({
      policy: { soakSeconds },
      but: { watchHealth: async () => watchOn() },
    });
    await run.reach('Soaking');
    await flood(stage(), run);
    await stage().env.sleep('5s');
    await flood(stage(), run);
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('reject', { args: [{}] });

    const { steps } = await run.result();

    const soak = steps.find(({ id }) => id === 'soak-control-plane');
    expect(soak).toMatchObject({ state: 'done' });
    expect(seconds(soak?.begunAt, soak?.endedAt)).toBeGreaterThanOrEqual(15);
    expect(seconds(soak?.begunAt, soak?.endedAt)).toBeLessThan(25);
  });

  it('is the gate before the first change: the plan that was shown is the one that is carried out', async () => {
    const gates = { start: { expiresSeconds: 3600 }, complete: { expiresSeconds: 3600 } };
    const run = await flooded({ policy: { gates } }, 'AwaitingStart');
    await run.handle.executeUpdate('approve', { args: [{}] });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });

    expect(await run.result()).toMatchObject({ outcome: 'Succeeded' });
    expect(run.script.calls.filter((call) => call === 'planUpgrade')).toHaveLength(1);
  });

  it('is a wave: it goes on from its checkpoint, its selectors moved once', async () => {
    const given: unknown[] = [];
    const CHECKPOINT = { done: 1, total: 2, begun: {} };
    const run = await begin({
      but: {
        restartWorkloads: async ({ step, checkpoint }) => {
          if (step !== 'wave-1') return { ...CHECKPOINT, done: 2, finished: true, pods: 4 };
          given.push(checkpoint);
          if (given.length > 1) return { ...CHECKPOINT, done: 2, finished: true, pods: 4 };
          await untilAsked();
          return { ...CHECKPOINT, finished: false, pods: 2 };
        },
      },
    });
    await run.reach('MovingWorkloads');
    await run.script.begun('restartWorkloads wave-1');
    await flood(stage(), run);
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('reject', { args: [{}] });
    await run.result();

    expect(given).toEqual([undefined, expect.objectContaining(CHECKPOINT)]);
    expect(run.script.calls.filter((call) => call === 'applyStep wave-1')).toHaveLength(1);
  });

  it('is a pause: it holds until it is resumed', async () => {
    const soakSeconds = { ...QUICK.soakSeconds, controlPlane: 8 };
    const run = await begin({ policy: { soakSeconds } });
    await run.reach('Soaking');
    await run.handle.executeUpdate('pause', { args: [{ reason: 'incident 4711' }] });
    await run.reach('Paused');
    await flood(stage(), run);

    expect(await run.reach('Paused')).toMatchObject({ pausedBecause: 'incident 4711' });
    await run.handle.executeUpdate('resume', { args: [{}] });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });
    expect(await run.result()).toMatchObject({ outcome: 'Succeeded' });
  });

  it('is a halt: it keeps its reasons and its time, and takes a decision', async () => {
    let failed = 0;
    const restart = { maxPodsInFlight: 20, workloadDeadlineSeconds: 60, onBreach: 'halt' } as const;
    const run = await flooded(
      {
        policy: { restart },
        but: {
          restartWorkloads: async ({ step }) => {
            if (step === 'wave-2' && failed === 0) {
              failed += 1;
              throw failure('ThresholdPassed', '1 workload failed', [['shop/cart: crashes']]);
            }
            return { finished: true, done: 1, total: 1, begun: {}, pods: 2 };
          },
        },
      },
      'Halted',
    );

    expect(await run.progress()).toMatchObject({ haltedBecause: ['shop/cart: crashes'] });
    await run.handle.executeUpdate('retry', { args: [{}] });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('reject', { args: [{}] });
    expect(await run.result()).toMatchObject({ outcome: 'RolledBack' });
  });

  it('is an undo that failed: it takes a decision, and nothing is undone twice', async () => {
    let failed = 0;
    const run = await begin({
      but: {
        undoStep: async ({ step }) => {
          if (step === 'wave-1' && Context.current().info.attempt === 1 && failed < 1) {
            failed += 1;
            throw failure('Unhealthy', 'pods do not come back');
          }
          return { reverted: 1, foreign: [] };
        },
      },
    });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('reject', { args: [{}] });
    await run.reach('Halted');
    await flood(stage(), run, 'pause');
    await run.reach('Halted');
    await run.handle.executeUpdate('retry', { args: [{ step: 'wave-1' }] });

    const report = await run.result();

    expect(report).toMatchObject({
      outcome: 'RolledBack',
      restored: true,
      remaining: [],
    });
    const undone = run.script.calls.filter((call) => call.startsWith('undoStep'));
    expect(undone.filter((call) => call !== 'undoStep wave-1')).toEqual([
      ...new Set(undone.filter((call) => call !== 'undoStep wave-1')),
    ]);
    expect(undone.filter((call) => call === 'undoStep wave-1')).toHaveLength(2);
    await expectManyShort(run, 10);
  });
});
