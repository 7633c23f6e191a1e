import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import type {
  Advice,
  MaintenanceReport,
} from '../../src/domain/standing-policy/maintenance-report.ts';
import {
  NEVER,
  openMaintenanceStage,
  QUEUE,
  type MaintenanceStage,
} from '../support/maintenance-stage.ts';
import { ALWAYS } from '../support/scripted-maintenance.ts';

const cli = process.env['TEMPORAL_CLI_PATH'] ?? '';
if (cli === '') console.log('skipped: maintenance windows, because TEMPORAL_CLI_PATH is not set');
const onServer = cli === '' ? describe.skip : describe;
jest.setTimeout(90_000);

let open: MaintenanceStage | undefined;
beforeAll(async () => {
  if (cli !== '') open = await openMaintenanceStage(cli);
});
afterAll(() => open?.close());

function stage(): MaintenanceStage {
  if (open === undefined) throw new Error('the stage is not open');
  return open;
}

const PATCH: Advice = {
  kind: 'start',
  type: 'upgradeMesh',
  request: { target: '1.26.1' },
  because: '1.26.1 is the newest patch of 1.26, 1.26.0 runs',
};

/** As somebody starts it by hand. */
function openWindow(input: unknown): Promise<MaintenanceReport> {
  return stage().env.client.workflow.execute<(input: unknown) => Promise<MaintenanceReport>>(
    'openMaintenanceWindow',
    { workflowId: `by-hand-${Math.random()}`, taskQueue: QUEUE, args: [input] },
  );
}

/** A run over the mesh of a cluster, at some phase. */
async function standAt(
  cluster: string,
  phase: string,
  awaitingApproval = false,
): Promise<WorkflowHandle> {
  const handle = await stage().env.client.workflow.start('upgradeMesh', {
    workflowId: `mesh/${cluster}`,
    taskQueue: QUEUE,
    args: [{ cluster }],
  });
  await handle.signal('enter', { phase, awaitingApproval });
  for (;;) {
    const { typedSearchAttributes } = await handle.describe();
    const now = typedSearchAttributes.getAll().find(({ key }) => key.name === 'MeshPhase')?.value;
    if (now === phase) return handle;
  }
}

async function finish(handle: WorkflowHandle): Promise<unknown> {
  await handle.signal('finish');
  return handle.result();
}

/** What the schedule's last action has returned. */
async function lastReport(name: string, taken: number): Promise<MaintenanceReport> {
  const { actions } = await stage().until(name, (schedule) => schedule.taken >= taken);
  const { workflowId, runId } = actions.at(-1) ?? { workflowId: '', runId: '' };
  const handle = stage().env.client.workflow.getHandle(workflowId, runId);
  return (await handle.result()) as MaintenanceReport;
}

onServer('an open window without an open run', () => {
  it('starts what the standing policy asks for, under the lock of the mesh', async () => {
    stage().advise('one', async () => PATCH);

    const report = await openWindow({
      cluster: 'one',
      window: 'always',
      policy: { kind: 'patch' },
    });

    expect(report).toMatchObject({
      outcome: 'Started',
      run: { workflowId: 'mesh/one', type: 'upgradeMesh' },
      because: PATCH.because,
      missed: [],
    });
    const handle = stage().env.client.workflow.getHandle('mesh/one');
    expect((await handle.describe()).runId).toBe(report.run?.runId);
    expect(await finish(handle)).toMatchObject({ input: { cluster: 'one', target: '1.26.1' } });
  });

  it('starts nothing when the policy asks for nothing', async () => {
    const because = '1.26.1 is the newest patch of 1.26 that can be supplied';
    stage().advise('two', async () => ({ kind: 'nothing', because }));

    const report = await openWindow({
      cluster: 'two',
      window: 'always',
      policy: { kind: 'patch' },
    });

    expect(report).toMatchObject({ outcome: 'NothingToDo', because });
    expect(report.run).toBeUndefined();
  });
});

onServer('an open window with an open run', () => {
  it('tells a run that waits for it, and starts none', async () => {
    const handle = await standAt('three', 'WaitingForWindow');

    const report = await openWindow({ cluster: 'three', window: 'always' });

    expect(report).toMatchObject({ outcome: 'Resumed', run: { workflowId: 'mesh/three' } });
    expect(await finish(handle)).toMatchObject({ windows: ['always'] });
  });

  it.each([
    ['is under way', 'MovingWorkloads', false, 'under way (MovingWorkloads)'],
    ['has halted', 'Halted', false, 'has halted and waits for a person'],
    ['was paused', 'Paused', false, 'was paused by a person'],
    ['waits for a decision', 'AwaitingCompletion', true, "waits for a person's decision"],
  ])('leaves one that %s alone, and says so', async (_what, phase, awaiting, words) => {
    const handle = await standAt('four', phase, awaiting);
    stage().advise('four', async () => PATCH);

    const report = await openWindow({
      cluster: 'four',
      window: 'always',
      policy: { kind: 'patch' },
    });

    expect(report).toMatchObject({ outcome: 'AlreadyOn', run: { workflowId: 'mesh/four' } });
    expect(report.because).toContain(words);
    expect(await finish(handle)).toMatchObject({ windows: [] });
  });

  it('that was begun by somebody else at that very moment is left alone', async () => {
    let other: WorkflowHandle | undefined;
    stage().advise('five', async () => {
      other = await standAt('five', 'Preparing');
      return PATCH;
    });

    const report = await openWindow({
      cluster: 'five',
      window: 'always',
      policy: { kind: 'patch' },
    });

    expect(report).toMatchObject({ outcome: 'AlreadyOn', run: { workflowId: 'mesh/five' } });
    if (other !== undefined) await finish(other);
  });
});

onServer('a window that is closed', () => {
  it('begins nothing, and says when it opens', async () => {
    const report = await openWindow({ cluster: 'six', window: 'never' });

    expect(report.outcome).toBe('NotOpen');
    expect(report.because).toContain('never: every day at 00:00 UTC for 24 h');
  });
});

onServer('an input that cannot be meant', () => {
  it.each([
    ['no object', 'always', 'is not a maintenance request'],
    ['an unknown window', { cluster: 'six', window: 'sundays' }, 'has always, never'],
    ['an unknown cluster', { cluster: 'moon', window: 'always' }, 'unknown cluster "moon"'],
    ['an unknown policy', { cluster: 'six', window: 'always', policy: { kind: 'x' } }, '$.policy'],
  ])('fails at once: %s', async (_what, input, words) => {
    await expect(openWindow(input)).rejects.toMatchObject({
      cause: { type: 'InvalidRequest', message: expect.stringContaining(words) },
    });
  });
});

onServer('a schedule', () => {
  it('opens the window when it is triggered, and says so to what it starts', async () => {
    stage().advise('seven', async () => PATCH);
    await stage().schedule('seven-always', 'seven');

    await stage().env.client.schedule.getHandle('seven-always').trigger('SKIP');
    const report = await lastReport('seven-always', 1);

    expect(report).toMatchObject({ outcome: 'Started', schedule: 'seven-always' });
    const handle = stage().env.client.workflow.getHandle('mesh/seven');
    expect(await finish(handle)).toMatchObject({
      input: { requestedBy: 'schedule/seven-always', reason: PATCH.because },
    });
  });

  it('leaves out an action while the one before is still open', async () => {
    let letGo: (advice: Advice) => void = () => undefined;
    const advice = new Promise<Advice>((resolve) => (letGo = resolve));
    stage().advise('eight', () => advice);
    await stage().schedule('eight-always', 'eight');
    const handle = stage().env.client.schedule.getHandle('eight-always');

    await handle.trigger('SKIP');
    await stage().until('eight-always', ({ running }) => running.length === 1);
    await handle.trigger('SKIP');
    const { taken } = await stage().until(
      'eight-always',
      ({ skippedOverlap }) => skippedOverlap === 1,
    );

    expect(taken).toBe(1);
    letGo({ kind: 'nothing', because: 'all is new' });
    expect(await lastReport('eight-always', 1)).toMatchObject({ outcome: 'NothingToDo' });
  });

  it('is paused by an action that fails', async () => {
    await stage().schedule('two-lost', 'two', { ...ALWAYS, name: 'lost' });

    await stage().env.client.schedule.getHandle('two-lost').trigger('SKIP');
    const { note } = await stage().until('two-lost', ({ paused }) => paused);

    expect(note).toContain('paused due to workflow failure');
    const event = stage().told.find(
      ({ cluster, kind }) => cluster === 'two' && kind === 'window-missed',
    );
    expect(event?.title).toBe('two: schedule/two-lost has failed');
    expect(event?.text).toContain('unknown window "lost"');
  });

  it('tells of the openings in which it did nothing, and makes up for none', async () => {
    const day = 86_400_000;
    const midnight = Math.floor(Date.now() / day) * day;
    stage().advise('six', async () => ({ kind: 'nothing', because: 'all is new' }));
    await stage().schedule('six-always', 'six');
    const handle = stage().env.client.schedule.getHandle('six-always');
    // As if it had acted three days ago, and not since.
    await handle.backfill({
      start: new Date(midnight - 3 * day - 1000),
      end: new Date(midnight - 3 * day + 120_000),
    });
    expect(await lastReport('six-always', 1)).toMatchObject({ missed: [] });

    await handle.trigger('SKIP');
    const report = await lastReport('six-always', 2);

    expect(report.missed).toEqual(
      [2, 1].map((ago) => new Date(midnight - ago * day).toISOString()),
    );
    expect((await stage().until('six-always', () => true)).taken).toBe(2);
    const events = stage().told.filter(({ title }) => title.includes('six-always'));
    expect(events.map(({ kind }) => kind)).toEqual(['window-missed']);
    expect(events[0]?.text).toContain(report.missed.join(', '));
  });

  it('does nothing in a window that is closed after all', async () => {
    await stage().schedule('one-never', 'one', NEVER);

    await stage().env.client.schedule.getHandle('one-never').trigger('SKIP');

    expect(await lastReport('one-never', 1)).toMatchObject({ outcome: 'NotOpen' });
  });
});
