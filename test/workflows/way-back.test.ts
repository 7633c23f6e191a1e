import { expect, it } from '@jest/globals';
import type { Verdict } from '../../src/domain/health/verdict.ts';
import { refusalOf } from '../support/refusal.ts';
import { failure } from '../support/scripted-activities.ts';
import { useStage } from '../support/use-stage.ts';
import type { Plot, Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('ways back');

const GONE: Verdict = {
  status: 'Degraded',
  conditions: [
    {
      type: 'ControlPlaneAvailable',
      status: 'Degraded',
      message: 'control plane 1-25-1 is not there',
    },
    { type: 'InjectionAnswers', status: 'Healthy', message: '1-25-1 injects' },
    { type: 'SameRootCertificate', status: 'Unknown', message: 'its root was not recorded' },
  ],
};
const FACTS = ['control plane 1-25-1 is not there', 'its root was not recorded'];

function undone(run: Rehearsal): readonly string[] {
  return run.script.calls
    .filter((call) => call.startsWith('undoStep '))
    .map((call) => call.replace('undoStep ', ''));
}

function looks(run: Rehearsal): number {
  return run.script.calls.filter((call) => call === 'assessWayBack').length;
}

/** The last wave fails so often; the old revision is as that many looks say, then well. */
function stranded({ failures = 1, looksBad = 99 } = {}): Plot {
  let failed = 0;
  let looked = 0;
  return {
    but: {
      restartWorkloads: async ({ step }) => {
        if (step === 'wave-2' && failed < failures) {
          failed += 1;
          throw failure('Unhealthy', '1 of 2 workloads failed');
        }
        return { finished: true, done: 1, total: 1, begun: {}, pods: 2 };
      },
      assessWayBack: async () => {
        looked += 1;
        return looked <= looksBad ? GONE : { status: 'Healthy', conditions: [] };
      },
    },
  };
}

describeOnStage('a failure while the old revision cannot serve', () => {
  it('halts with the facts and takes nothing back', async () => {
    const run = await stage().begin(stranded());

    const progress = await run.reach('Halted');

    expect(progress.haltedBecause).toEqual(FACTS);
    expect(progress.waitingFor).toContain('rollback all the same');
    expect((await run.report()).cause).toContain('1 of 2 workloads failed');
    expect(undone(run)).toEqual([]);
    expect(await refusalOf(run.handle.executeUpdate('skip', { args: [{}] }))).toContain(
      'cannot be skipped',
    );
    await run.handle.executeUpdate('abort', { args: [{ leave: true }] });
    expect(await run.result()).toMatchObject({ outcome: 'Halted' });
    expect(undone(run)).toEqual([]);
  });

  it('goes on forward when the person retries the step', async () => {
    const run = await stage().begin(stranded());
    await run.reach('Halted');
    await run.handle.executeUpdate('retry', { args: [{ reason: 'the node is back' }] });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });

    expect((await run.result()).outcome).toBe('Succeeded');
  });

  it('is taken back all the same when the person says so, and nobody is asked twice', async () => {
    const run = await stage().begin(stranded());
    await run.reach('Halted');
    await run.handle.executeUpdate('rollback', { args: [{ reason: 'we know' }] });

    expect(await run.result()).toMatchObject({ outcome: 'RolledBack', restored: true });
    expect(undone(run)).toEqual(['wave-2', 'wave-1', 'control-plane']);
    expect(looks(run)).toBe(1);
  });

  it('is left as it stands when nobody decides', async () => {
    const run = await stage().begin(stranded());

    expect(await run.result()).toMatchObject({ outcome: 'Halted' });
    expect(undone(run)).toEqual([]);
  });

  it('is taken back without a question once the old revision can serve', async () => {
    const run = await stage().begin(stranded({ looksBad: 0 }));

    expect((await run.result()).outcome).toBe('RolledBack');
    expect(looks(run)).toBe(1);
  });

  it('counts a look that failed as a no', async () => {
    const { but } = stranded();
    const run = await stage().begin({
      but: {
        ...but,
        assessWayBack: async () => {
          throw failure('Forbidden', 'may not list deployments');
        },
      },
    });

    expect((await run.reach('Halted')).haltedBecause).toEqual(['may not list deployments']);
    await run.handle.executeUpdate('abort', { args: [{ leave: true }] });
    await run.result();
  });
});

describeOnStage('a rollback that somebody asks for while the old revision cannot serve', () => {
  it('is asked about once, with the facts; a retry looks again', async () => {
    const run = await stage().begin(stranded({ failures: 0, looksBad: 1 }));
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('rollback', { args: [{}] });
    const { haltedBecause } = await run.reach('Halted');
    expect({ haltedBecause, undone: undone(run) }).toEqual({ haltedBecause: FACTS, undone: [] });

    await run.handle.executeUpdate('retry', { args: [{}] });

    expect((await run.result()).outcome).toBe('RolledBack');
    expect(looks(run)).toBe(2);
  });

  it('is carried out when it is asked for again', async () => {
    const run = await stage().begin(stranded({ failures: 0 }));
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('rollback', { args: [{}] });
    await run.reach('Halted');
    await run.handle.executeUpdate('rollback', { args: [{ reason: 'we know' }] });

    expect((await run.result()).outcome).toBe('RolledBack');
  });
});

describeOnStage('before anything has moved', () => {
  it('nothing depends on the old revision, and nobody looks at it', async () => {
    const run = await stage().begin({
      but: {
        ...stranded().but,
        verifyControlPlane: async () => {
          throw failure('Unhealthy', 'the webhook does not answer');
        },
      },
    });

    expect((await run.result()).outcome).toBe('RolledBack');
    expect(looks(run)).toBe(0);
  });
});
