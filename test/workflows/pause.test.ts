import { expect, it } from '@jest/globals';
import type { WaveCheckpoint } from '../../src/activities/restart/wave-checkpoint.ts';
import { refusalOf } from '../support/refusal.ts';
import { untilAsked } from '../support/scripted-activities.ts';
import { useStage } from '../support/use-stage.ts';
import type { Plot, Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('pauses');

const CHECKPOINT: WaveCheckpoint = {
  done: 1,
  total: 2,
  begun: { 'uid-orders-intake': { at: '2026-11-21T10:00:00.000Z', method: 'template' } },
};

/** A first wave that goes on until it is asked to stop, and then to its end from its checkpoint. */
function pausableWave(given: (WaveCheckpoint | undefined)[]): Plot {
  return {
    but: {
      restartWorkloads: async ({ step, checkpoint }) => {
        if (step !== 'wave-1') return { finished: true, done: 1, total: 1, begun: {}, pods: 1 };
        given.push(checkpoint);
        if (given.length > 1) return { ...CHECKPOINT, finished: true, done: 2, pods: 4 };
        await untilAsked();
        return { ...CHECKPOINT, finished: false, pods: 2 };
      },
    },
  };
}

async function finish(run: Rehearsal): Promise<string> {
  await run.reach('AwaitingCompletion');
  await run.handle.executeUpdate('approve', { args: [{}] });
  return (await run.result()).outcome;
}

describeOnStage('a pause in the middle of a wave', () => {
  it('is acknowledged when nothing is written any more; the wave goes on from its checkpoint', async () => {
    const given: (WaveCheckpoint | undefined)[] = [];
    const run = await stage().begin(pausableWave(given));
    await run.reach('MovingWorkloads');
    await run.script.begun('restartWorkloads wave-1');

    const answer = await run.handle.executeUpdate('pause', { args: [{ reason: 'incident' }] });
    const paused = await run.progress();
    const callsWhilePaused = run.script.calls.length;
    await stage().env.sleep('3 days');
    const stillPaused = await run.progress();
    const callsAfterDays = run.script.calls.length;
    await run.handle.executeUpdate('resume', { args: [{}] });

    expect(answer).toEqual({ accepted: true, message: 'paused: incident' });
    expect(paused).toMatchObject({
      phase: 'Paused',
      pausedBecause: 'incident',
      waitingFor: 'resume',
    });
    expect(stillPaused.phase).toBe('Paused');
    expect(callsAfterDays).toBe(callsWhilePaused);
    expect(await finish(run)).toBe('Succeeded');
    expect(given).toEqual([undefined, { ...CHECKPOINT, finished: false, pods: 2 }]);
  });

  it('by signal does the same', async () => {
    const given: (WaveCheckpoint | undefined)[] = [];
    const run = await stage().begin(pausableWave(given));
    await run.reach('MovingWorkloads');
    await run.script.begun('restartWorkloads wave-1');
    await run.handle.signal('pause', {});

    const paused = await run.reach('Paused');
    await run.handle.signal('resume', {});

    expect(paused.pausedBecause).toBe('no reason was given');
    expect(await finish(run)).toBe('Succeeded');
    expect(given).toHaveLength(2);
  });

  it('can be followed by a rollback, which needs no resume', async () => {
    const run = await stage().begin(pausableWave([]));
    await run.reach('MovingWorkloads');
    await run.script.begun('restartWorkloads wave-1');
    await run.handle.executeUpdate('pause', { args: [{}] });

    await run.handle.executeUpdate('rollback', { args: [{ reason: 'enough' }] });

    expect(await run.result()).toMatchObject({
      outcome: 'RolledBack',
      cause: 'rollback was asked for: enough',
    });
    expect((await run.progress()).pausedBecause).toBeUndefined();
  });

  it("can be followed by Temporal's own cancel", async () => {
    const run = await stage().begin(pausableWave([]));
    await run.reach('MovingWorkloads');
    await run.script.begun('restartWorkloads wave-1');
    await run.handle.executeUpdate('pause', { args: [{}] });
    await run.handle.cancel();

    await expect(run.result()).rejects.toThrow();

    expect((await run.handle.describe()).status.name).toBe('CANCELLED');
    expect(await run.report()).toMatchObject({ outcome: 'Cancelled', restored: true });
  });
});

describeOnStage('a pause between two steps', () => {
  it('lets what has begun come to its end, and begins nothing after it', async () => {
    const run = await stage().begin();
    await run.script.begun('watchHealth');
    await run.handle.executeUpdate('pause', { args: [{}] });

    const paused = await run.reach('Paused');
    const calls = [...run.script.calls];
    await stage().env.sleep('1 day');
    const callsAfterADay = [...run.script.calls];
    await run.handle.executeUpdate('resume', { args: [{ reason: 'all clear' }] });

    expect(paused.steps.find(({ id }) => id === 'soak-control-plane')?.state).toBe('done');
    expect(calls.at(-1)).toBe('checkHealth');
    expect(callsAfterADay).toEqual(calls);
    expect(await finish(run)).toBe('Succeeded');
  });

  it('before the claim keeps the mesh free', async () => {
    const run = await stage().begin({
      policy: { gates: { start: { expiresSeconds: 600 }, complete: { expiresSeconds: 3600 } } },
    });
    await run.reach('AwaitingStart');
    await run.handle.executeUpdate('pause', { args: [{}] });
    await run.handle.executeUpdate('approve', { args: [{}] });

    await run.reach('Paused');
    const calls = [...run.script.calls];
    await run.handle.executeUpdate('resume', { args: [{}] });

    expect(calls.at(-1)).toBe('keepEvidence');
    expect(await finish(run)).toBe('Succeeded');
  });

  it('does not keep a gate from expiring', async () => {
    const run = await stage().begin();
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('pause', { args: [{}] });

    expect(await run.result()).toMatchObject({
      outcome: 'RolledBack',
      cause: expect.stringMatching(/^gate-complete: gate complete expired/),
    });
  });

  it.each([
    ['pause', 'the run is paused already'],
    ['resume', 'the run is not paused'],
  ])('%s twice is refused the second time: %s', async (message, words) => {
    const run = await stage().begin();
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('pause', { args: [{}] });
    if (message === 'resume') await run.handle.executeUpdate('resume', { args: [{}] });

    expect(await refusalOf(run.handle.executeUpdate(message, { args: [{}] }))).toBe(
      `MessageRefused: ${words}`,
    );
    await run.handle.executeUpdate('reject', { args: [{}] });
    expect((await run.result()).outcome).toBe('RolledBack');
  });
});

describeOnStage('a wave of more workloads than one activity restarts', () => {
  it('goes on by itself from batch to batch', async () => {
    const given: (WaveCheckpoint | undefined)[] = [];
    const run = await stage().begin({
      but: {
        restartWorkloads: async ({ step, checkpoint }) => {
          if (step !== 'wave-1') return { finished: true, done: 1, total: 1, begun: {}, pods: 1 };
          given.push(checkpoint);
          const batch = checkpoint?.batch ?? 0;
          const counts = { total: 1200, begun: {}, pods: 1 };
          return batch === 2
            ? { ...counts, done: 1200, batch, finished: true }
            : { ...counts, done: 500 * (batch + 1), batch: batch + 1, finished: false };
        },
      },
    });

    expect(await finish(run)).toBe('Succeeded');
    expect(given.map((checkpoint) => checkpoint?.batch)).toEqual([undefined, 1, 2]);
  });
});
