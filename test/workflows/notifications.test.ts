import { expect, it } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import type { NotifyRequest } from '../../src/activities/notify.ts';
import type { RunEventKind } from '../../src/domain/run-event.ts';
import type { NotifierSettings } from '../../src/notifications/settings.ts';
import { failure } from '../support/scripted-activities.ts';
import { useStage } from '../support/use-stage.ts';
import type { Plot, Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('notifications');

function notifier(name: string, but: Partial<NotifierSettings> = {}): NotifierSettings {
  const url = { kind: 'given', url: 'https://x.org' } as const;
  return { name, kind: 'slack', url, tls: 'required', ...but } as NotifierSettings;
}

/** A run whose notifiers are heard. */
interface Heard {
  readonly run: Rehearsal;
  readonly heard: readonly NotifyRequest[];
  readonly kinds: () => readonly RunEventKind[];
}

async function begin(
  plot: Plot = {},
  notifications: readonly NotifierSettings[] = [notifier('ops')],
): Promise<Heard> {
  const heard: NotifyRequest[] = [];
  const notify = async (request: NotifyRequest): Promise<void> => {
    await plot.but?.notify?.(request);
    heard.push(request);
  };
  const run = await stage().begin({ ...plot, notifications, but: { ...plot.but, notify } });
  return { run, heard, kinds: () => heard.map(({ event }) => event.kind) };
}

async function approve({ run }: Heard): Promise<void> {
  await run.reach('AwaitingCompletion');
  await run.handle.executeUpdate('approve', { args: [{}] });
}

const away = async (): Promise<never> => {
  throw failure(
    'Transient',
    'notifier ops: expected an answer of 2xx, found 503. It is tried again',
  );
};

/** Virtual seconds of a run. */
async function secondsOf({ handle }: Rehearsal): Promise<number> {
  const { startTime, closeTime } = await handle.describe();
  return ((closeTime?.getTime() ?? Number.NaN) - startTime.getTime()) / 1000;
}

describeOnStage('people are told', () => {
  it('of a gate and of the end, each event under an id of its own', async () => {
    const told = await begin();
    await approve(told);
    const { outcome, runId } = await told.run.result();

    expect(outcome).toBe('Succeeded');
    expect(told.heard.map(({ notifier: name, event }) => [name, event.kind, event.id])).toEqual([
      ['ops', 'gate-opened', `${runId}-1`],
      ['ops', 'done', `${runId}-2`],
    ]);
    const { cluster } = told.run;
    expect(told.heard[0]?.event).toMatchObject({
      title: `${cluster}: gate complete waits for a decision`,
      cluster,
      target: '1.26.1',
      workflowType: 'upgradeMesh',
      workflowId: `mesh/${cluster}`,
      runId,
      gate: 'complete',
    });
    expect(told.heard[0]?.event.text.split('\n').slice(1)).toEqual([
      'Still needed: 1 approval',
      `Look: meshlift show ${cluster}. Decide: meshlift approve ${cluster}, or meshlift reject ${cluster}`,
    ]);
    expect(told.heard[1]?.event).toMatchObject({ outcome: 'Succeeded' });
  });

  it('once that a gate is about to close, an hour before it does, and that all was taken back', async () => {
    const told = await begin({ policy: { gates: { complete: { expiresSeconds: 86_400 } } } });
    await told.run.reach('AwaitingCompletion');
    const report = await told.run.result();

    expect(report.outcome).toBe('RolledBack');
    expect(told.kinds()).toEqual(['gate-opened', 'gate-expiring', 'rolled-back']);
    const [, expiring, ended] = told.heard.map(({ event }) => event);
    const left = Date.parse(expiring?.until ?? '') - Date.parse(expiring?.at ?? '');
    expect(left / 1000).toBeGreaterThan(3590);
    expect(left / 1000).toBeLessThanOrEqual(3600);
    expect(ended?.text).toContain('expired at');
  });

  it('that a short gate is about to close when four fifths of its time are over', async () => {
    const told = await begin({
      policy: { gates: { complete: { expiresSeconds: 100 } } },
    });
    await told.run.result();

    const expiring = told.heard.find(({ event }) => event.kind === 'gate-expiring')?.event;
    const left = Date.parse(expiring?.until ?? '') - Date.parse(expiring?.at ?? '');
    expect(left / 1000).toBeGreaterThan(15);
    expect(left / 1000).toBeLessThanOrEqual(20);
  });

  it('of a halt, with its cause and with what may be done', async () => {
    let tries = 0;
    const told = await begin({
      but: {
        verifyMesh: async () => {
          tries += 1;
          if (tries === 1) throw failure('Unhealthy', 'a tag still points to 1-25-1');
          return 'well';
        },
      },
    });
    await approve(told);
    await told.run.reach('Halted');
    await told.run.handle.executeUpdate('retry', { args: [{}] });
    await told.run.result();

    expect(told.kinds()).toEqual(['gate-opened', 'halted', 'done']);
    const { title = '', text = '', outcome } = told.heard[1]?.event ?? {};
    expect(title).toBe(`${told.run.cluster}: halted at verify-mesh`);
    expect(text).toContain('a tag still points to 1-25-1');
    expect(text).toContain('waits for retry, skip or abort {"leave":true}, until');
    expect(outcome).toBeUndefined();
  });

  it('that a run was left as it stands, and that one could not be undone', async () => {
    const left = await begin();
    await left.run.reach('AwaitingCompletion');
    await left.run.handle.executeUpdate('abort', { args: [{ leave: true }] });
    await left.run.result();
    const stuck = await begin({
      but: {
        undoStep: async () => {
          throw failure('Forbidden', 'may not patch namespaces');
        },
      },
    });
    await stuck.run.reach('AwaitingCompletion');
    await stuck.run.handle.executeUpdate('reject', { args: [{}] });
    await expect(stuck.run.result()).rejects.toThrow(WorkflowFailedError);

    expect(left.heard.at(-1)?.event).toMatchObject({ kind: 'halted', outcome: 'Halted' });
    expect(stuck.kinds()).toEqual(['gate-opened', 'halted', 'failed']);
    expect(stuck.heard.at(-1)?.event.text).toContain('may not patch namespaces');
  });

  it('that findings block a run, with what they are', async () => {
    const told = await begin({
      but: {
        planUpgrade: async () => ({
          kind: 'blocked',
          findings: [
            {
              code: 'WorkloadNotReady',
              severity: 'blocking',
              subject: 'Deployment shop/cart',
              message: 'expected 2 ready pods, found 1',
              remedy: 'wait',
            },
          ],
        }),
      },
    });
    await told.run.result();

    expect(told.heard.map(({ event }) => [event.kind, event.text])).toEqual([
      ['blocked', 'WorkloadNotReady (Deployment shop/cart): expected 2 ready pods, found 1'],
    ]);
  });

  it('that a run has failed before it touched anything', async () => {
    const told = await begin({
      but: {
        planUpgrade: async () => {
          throw failure('Forbidden', 'may not list pods');
        },
      },
    });
    await expect(told.run.result()).rejects.toThrow(WorkflowFailedError);

    expect(told.heard.map(({ event }) => [event.kind, event.text])).toEqual([
      ['failed', 'may not list pods\nNothing was touched.'],
    ]);
  });

  it('by each notifier what it wants to know, of its clusters alone', async () => {
    const told = await begin({}, [
      notifier('all'),
      notifier('ends', { events: ['done', 'failed'] }),
      notifier('elsewhere', { clusters: ['prod-us'] }),
    ]);
    await approve(told);
    await told.run.result();

    expect(told.heard.map(({ notifier: name, event }) => `${name} ${event.kind}`).sort()).toEqual([
      'all done',
      'all gate-opened',
      'ends done',
    ]);
  });

  it('nothing where there is no notifier: nothing is scheduled, and no timer more', async () => {
    const told = await begin({}, []);
    await approve(told);
    await told.run.result();

    expect(told.run.script.calls.filter((call) => call.startsWith('notify'))).toEqual([]);
    const { events } = await told.run.handle.fetchHistory();
    const kinds = (events ?? []).map((each) => each.activityTaskScheduledEventAttributes);
    expect(kinds.map((each) => each?.activityType?.name)).not.toContain('notify');
  });
});

describeOnStage('a receiver that is away', () => {
  it('holds no step up, fails no run, and stands in the report; other receivers are told', async () => {
    const well = await begin();
    await approve(well);
    await well.run.result();
    const told = await begin(
      { but: { notify: ({ notifier: name }) => (name === 'ops' ? away() : Promise.resolve()) } },
      [notifier('ops'), notifier('other')],
    );
    await approve(told);
    const report = await told.run.result();

    expect(report).toMatchObject({ outcome: 'Succeeded', remaining: [] });
    expect(told.heard.map(({ notifier: name }) => name)).toEqual(['other', 'other']);
    const { cluster } = told.run;
    expect(report.undelivered).toEqual([
      `ops did not get "${cluster}: gate complete waits for a decision": no delivery within 30 s of the end of the run`,
      `ops did not get "${cluster}: the upgrade to 1.26.1 ended as Succeeded": no delivery within 30 s of the end of the run`,
    ]);
    const longer = (await secondsOf(told.run)) - (await secondsOf(well.run));
    expect(longer).toBeLessThan(45);
    const last = report.steps.at(-1);
    const after = Date.parse(report.endedAt ?? '') - Date.parse(last?.endedAt ?? '');
    expect(after / 1000).toBeLessThan(10);
  });

  it('is given up after ten minutes, in the words of its last answer', async () => {
    const told = await begin({ but: { notify: away } });
    await told.run.reach('AwaitingCompletion');
    await stage().env.sleep('15m');

    const { undelivered = [] } = await told.run.report();
    await told.run.handle.executeUpdate('reject', { args: [{}] });
    await told.run.result();

    expect(undelivered).toEqual([
      expect.stringContaining('notifier ops: expected an answer of 2xx, found 503'),
    ]);
  });

  it('that says no for good is asked once', async () => {
    let asked = 0;
    const told = await begin({
      but: {
        notify: async () => {
          asked += 1;
          throw failure('NotDelivered', 'notifier ops: expected an answer of 2xx, found 404');
        },
      },
    });
    await approve(told);
    const { undelivered } = await told.run.result();

    expect(asked).toBe(2);
    expect(undelivered).toHaveLength(2);
  });

  it('is still told when the run was stopped meanwhile: a stop ends no delivery', async () => {
    let tries = 0;
    const told = await begin({
      but: {
        notify: async () => {
          tries += 1;
          if (tries === 1) return away();
          return undefined;
        },
      },
    });
    await told.run.reach('AwaitingCompletion');
    await told.run.handle.executeUpdate('rollback', { args: [{}] });
    await told.run.result();

    expect([...told.kinds()].sort()).toEqual(['gate-opened', 'rolled-back']);
  });
});
