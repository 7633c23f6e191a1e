import { expect, it } from '@jest/globals';
import { refusalOf } from '../support/refusal.ts';
import { failure } from '../support/scripted-activities.ts';
import { useStage } from '../support/use-stage.ts';
import type { Plot, Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('breach');

const FAILED = ['shop/cart: pod cart-1 is in CrashLoopBackOff', 'shop/web: not there after 60 s'];

/** A second wave in which more workloads fail than may, that often. */
function breached(times: number, onBreach: 'rollback' | 'halt' | undefined = 'halt'): Plot {
  let failed = 0;
  return {
    policy: {
      restart: {
        maxPodsInFlight: 20,
        workloadDeadlineSeconds: 60,
        ...(onBreach === undefined ? {} : { onBreach }),
      },
    },
    but: {
      restartWorkloads: async ({ step }) => {
        if (step === 'wave-2' && failed < times) {
          failed += 1;
          throw failure('ThresholdPassed', '2 workloads failed', [FAILED]);
        }
        return { finished: true, done: 1, total: 1, begun: {}, pods: 2 };
      },
    },
  };
}

async function halted(times = 99): Promise<Rehearsal> {
  const run = await stage().begin(breached(times));
  await run.reach('Halted');
  return run;
}

function restarts(run: Rehearsal): readonly string[] {
  return run.script.calls.filter((call) => call.startsWith('restartWorkloads'));
}

describeOnStage('a wave in which more fail than may', () => {
  it.each([undefined, 'rollback'] as const)(
    'is taken back with all before it where policy says %s',
    async (onBreach) => {
      const run = await stage().begin(breached(99, onBreach));

      const report = await run.result();

      expect(report).toMatchObject({ outcome: 'RolledBack', restored: true });
      expect(report.cause).toMatch(/^wave-2: 2 workloads failed/);
    },
  );

  it('waits for a person where policy says halt, with the workloads and their reasons', async () => {
    const run = await halted();

    const progress = await run.progress();

    expect(progress).toMatchObject({ haltedBecause: FAILED, canRollBack: true });
    expect(progress.waitingFor).toMatch(/^retry or rollback for wave-2, until /);
    expect(restarts(run)).toEqual(['restartWorkloads wave-1', 'restartWorkloads wave-2']);
    await run.handle.signal('rollback', { reason: 'not today' });
    const report = await run.result();
    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: 'rollback was asked for: not today',
      restored: true,
    });
    expect((await run.progress()).haltedBecause).toBeUndefined();
  });

  it('goes on with the wave once a person sends retry', async () => {
    const run = await halted(1);

    await run.handle.executeUpdate('retry', { args: [{ reason: 'quota raised' }] });
    await run.reach('AwaitingCompletion');

    expect(restarts(run).slice(1, 3)).toEqual([
      'restartWorkloads wave-2',
      'restartWorkloads wave-2',
    ]);
    await run.handle.executeUpdate('reject', { args: [{}] });
    expect(await run.result()).toMatchObject({ outcome: 'RolledBack' });
  });

  it('is not skipped: its workloads still use the old revision', async () => {
    const run = await halted();

    expect(await refusalOf(run.handle.executeUpdate('skip', { args: [{}] }))).toBe(
      'MessageRefused: wave-2 cannot be skipped: the old revision is still in use. Send retry or rollback',
    );

    await run.handle.executeUpdate('abort', { args: [{ leave: true, reason: 'by hand' }] });
    expect(await run.result()).toMatchObject({ outcome: 'Halted' });
  });

  it('is taken back when nobody decides', async () => {
    const run = await halted();

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true });
    expect(report.cause).toMatch(/^wave-2: 2 workloads failed.*; nobody decided until /);
  });
});
