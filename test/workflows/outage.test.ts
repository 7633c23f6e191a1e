import { expect, it } from '@jest/globals';
import type { UpgradeReport } from '../../src/domain/report.ts';
import { untilAsked } from '../support/scripted-activities.ts';
import { useStage } from '../support/use-stage.ts';
import type { Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('messages during an outage', { outages: true });

const policy = { gates: { start: { expiresSeconds: 600 }, complete: { expiresSeconds: 3600 } } };

async function atGate(): Promise<Rehearsal> {
  const run = await stage().begin({ policy });
  await run.reach('AwaitingStart');
  return run;
}

async function rejectNow(run: Rehearsal): Promise<UpgradeReport> {
  await run.handle.executeUpdate('reject', { args: [{}] });
  return run.result();
}

describeOnStage('with every worker down meanwhile, a gate', () => {
  it('is not passed by an approval that came after its end', async () => {
    const run = await atGate();

    await stage().withoutWorker(async () => {
      await stage().env.sleep('601s');
      await run.handle.signal('approve', {});
    });
    const report = await run.result();

    expect(report.outcome).toBe('RolledBack');
    expect(report.messages).toMatchObject([
      { message: 'approve', effect: 'ignored', detail: 'gate start has expired' },
    ]);
  });

  it('is passed by an approval that came in time', async () => {
    const run = await atGate();

    await stage().withoutWorker(() => run.handle.signal('approve', {}));
    await run.reach('AwaitingCompletion');

    expect((await rejectNow(run)).messages).toMatchObject([
      { message: 'approve', effect: 'accepted', detail: 'gate start approved' },
      { message: 'reject', effect: 'accepted' },
    ]);
  });

  it('one approval does not leak into the next gate', async () => {
    const run = await atGate();
    await stage().withoutWorker(async () => {
      await run.handle.signal('approve', {});
      await run.handle.signal('approve', {});
    });

    const { openGate } = await run.reach('AwaitingCompletion');

    expect(openGate?.name).toBe('complete');
    expect((await rejectNow(run)).outcome).toBe('RolledBack');
  });

  it('is refused once the gate was decided: the first decision counts', async () => {
    const run = await atGate();

    await stage().withoutWorker(async () => {
      await run.handle.signal('reject', {});
      await run.handle.signal('approve', {});
      await run.handle.signal('reject', {});
    });

    expect(await run.result()).toMatchObject({
      outcome: 'RolledBack',
      messages: [
        { message: 'reject', effect: 'accepted' },
        { message: 'approve', effect: 'ignored', detail: 'gate start was decided already' },
        { message: 'reject', effect: 'ignored', detail: 'gate start was decided already' },
      ],
    });
  });

  it('does not fill the report without end', async () => {
    const run = await atGate();
    await stage().withoutWorker(async () => {
      for (let count = 0; count < 205; count += 1) await run.handle.signal('resume', {});
    });

    const report = await rejectNow(run);

    expect(report.outcome).toBe('RolledBack');
    expect(report.messages).toHaveLength(200);
    // Five signals too many, and the decision, which takes the place of one of them.
    expect(report.messagesLeftOut).toBe(6);
    expect(report.messages.filter(({ effect }) => effect === 'accepted')).toMatchObject([
      { message: 'reject' },
    ]);
  });
});

describeOnStage('with every worker down meanwhile, a wish to stop', () => {
  it('twice is one: duplicates are noted and change nothing', async () => {
    const run = await stage().begin({
      but: {
        restartWorkloads: async () => {
          await untilAsked();
          return { finished: false, done: 1, total: 2, begun: {}, pods: 1 };
        },
      },
    });
    await run.reach('MovingWorkloads');
    await stage().withoutWorker(async () => {
      await run.handle.signal('rollback', {});
      await run.handle.signal('rollback', {});
      await run.handle.signal('abort', { leave: true });
    });

    const report = await run.result();

    expect(report.outcome).toBe('RolledBack');
    expect(report.messages.map(({ message, effect }) => `${message} ${effect}`)).toEqual([
      'rollback accepted',
      'rollback ignored',
      'abort ignored',
    ]);
    expect(run.script.calls.filter((call) => call.startsWith('undoStep'))).toEqual([
      'undoStep wave-1',
      'undoStep control-plane',
    ]);
  });
});
