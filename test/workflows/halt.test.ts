import { expect, it } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { refusalOf } from '../support/refusal.ts';
import { failure } from '../support/scripted-activities.ts';
import { printFigure } from '../support/print-figure.ts';
import { useStage } from '../support/use-stage.ts';
import type { Plot, Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('halts');

/** A run whose last proof fails that often. */
function unproven(times: number): Plot {
  let failed = 0;
  return {
    but: {
      verifyMesh: async () => {
        failed += 1;
        if (failed <= times) throw failure('Unhealthy', 'a tag still points to 1-25-1');
        return 'the mesh is wholly on 1-26-1';
      },
    },
  };
}

/** A run whose removal of the old control plane fails that often; its journal exists or not. */
function stuckRemoval(hasJournal: boolean, times = 99): Plot {
  let failed = 0;
  return {
    but: {
      hasJournal: async () => hasJournal,
      applyStep: async ({ step }) => {
        if (step !== 'remove-control-plane' || failed >= times) return { objects: 1 };
        failed += 1;
        throw failure('Forbidden', 'may not delete deployments');
      },
    },
  };
}

async function approved(plot: Plot): Promise<Rehearsal> {
  const run = await stage().begin(plot);
  await run.reach('AwaitingCompletion');
  await run.handle.executeUpdate('approve', { args: [{}] });
  return run;
}

function undone(run: Rehearsal): readonly string[] {
  return run.script.calls.filter((call) => call.startsWith('undoStep'));
}

describeOnStage('a failure after the removal has begun', () => {
  it('halts the run, which stays open and says what it waits for', async () => {
    const run = await approved(unproven(1));

    const progress = await run.reach('Halted');

    expect(progress).toMatchObject({ phase: 'Halted', canRollBack: false });
    expect(progress.waitingFor).toMatch(
      /^retry, skip or abort \{"leave":true\} for verify-mesh, until /,
    );
    expect(await run.report()).toMatchObject({
      outcome: 'Running',
      cause: 'verify-mesh: a tag still points to 1-25-1',
    });
    await run.handle.executeUpdate('retry', { args: [{}] });
    expect((await run.result()).outcome).toBe('Succeeded');
  });

  it.each([
    ['retry', {}],
    ['retry', { step: 'verify-mesh', reason: 'tag moved by hand' }],
  ])('%s %j goes on from the step that failed', async (message, payload) => {
    const run = await approved(unproven(2));
    for (let time = 1; time <= 2; time += 1) {
      await run.reach('Halted');
      await run.handle.executeUpdate(message, { args: [payload] });
      await run.script.begun('verifyMesh verify-mesh', 2);
    }

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'Succeeded', remaining: [] });
    expect(report.cause).toBeUndefined();
    expect(undone(run)).toEqual([]);
    expect(
      run.script.calls.filter((call) => call === 'applyStep remove-control-plane'),
    ).toHaveLength(1);
  });

  it('skip goes on without the step, and the report says so', async () => {
    const run = await approved(unproven(99));
    await run.reach('Halted');
    await run.handle.signal('skip', { step: 'verify-mesh', reason: 'known' });

    const report = await run.result();

    expect(report.outcome).toBe('Succeeded');
    expect(report.steps.find(({ id }) => id === 'verify-mesh')).toMatchObject({
      state: 'skipped',
      detail: 'known',
    });
  });

  it('abort {"leave":true} ends it as Halted, with the ways on', async () => {
    const run = await approved(unproven(99));
    await run.reach('Halted');
    await run.handle.executeUpdate('abort', { args: [{ leave: true, reason: 'by hand' }] });

    const report = await run.result();

    expect(report).toMatchObject({
      outcome: 'Halted',
      cause: 'abort was asked for, leaving all as it stands: by hand',
    });
    expect(report.remaining[0]).toBe(`look at what is there: meshlift inspect ${run.cluster}`);
    expect(undone(run)).toEqual([]);
  });

  it('that nobody answers ends as Halted after seven days', async () => {
    const run = await approved(unproven(99));
    await run.reach('Halted');

    const report = await run.result();

    expect(report).toMatchObject({
      outcome: 'Halted',
      cause: expect.stringMatching(
        /^verify-mesh: a tag still points to 1-25-1; nobody decided until /,
      ),
    });
    const days = (Date.parse(report.endedAt ?? '') - Date.parse(report.startedAt)) / 86_400_000;
    expect(days).toBeGreaterThanOrEqual(7);
    expect(days).toBeLessThan(8);
    printFigure('days for which a halted run has waited for somebody', days.toFixed(1));
  });

  it('is not undone: rollback, reject and a plain abort are refused, with the way back', async () => {
    const run = await approved(unproven(99));
    await run.reach('Halted');

    for (const message of ['rollback', 'abort']) {
      expect(await refusalOf(run.handle.executeUpdate(message, { args: [{}] }))).toBe(
        'MessageRefused: the removal of the old revision has begun, so this run cannot be undone any more; once it has ended, the ways back are the workflows rollbackMesh and downgradeMesh',
      );
    }
    for (const message of ['approve', 'reject']) {
      expect(await refusalOf(run.handle.executeUpdate(message, { args: [{}] }))).toBe(
        'MessageRefused: no gate is open now',
      );
    }

    await run.handle.executeUpdate('skip', { args: [{}] });
    expect((await run.result()).outcome).toBe('Succeeded');
  });

  it.each(['retry', 'skip'])('%s is refused while nothing waits for it', async (message) => {
    const run = await stage().begin();
    await run.reach('AwaitingCompletion');

    expect(await refusalOf(run.handle.executeUpdate(message, { args: [{}] }))).toBe(
      'MessageRefused: no step waits for a decision',
    );
    await run.handle.executeUpdate('reject', { args: [{}] });
    expect((await run.result()).outcome).toBe('RolledBack');
  });

  it('wants the step to be the one that waits', async () => {
    const run = await approved(unproven(1));
    await run.reach('Halted');

    expect(await refusalOf(run.handle.executeUpdate('retry', { args: [{ step: 'wave-1' }] }))).toBe(
      'MessageRefused: expected one of verify-mesh, found wave-1',
    );
    await run.handle.executeUpdate('retry', { args: [{ step: 'verify-mesh' }] });
    expect((await run.result()).outcome).toBe('Succeeded');
  });
});

describeOnStage('a removal that fails', () => {
  it('before anything was meant to be deleted is undone like any other step', async () => {
    const run = await approved(stuckRemoval(false));

    const report = await run.result();

    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: 'remove-control-plane: may not delete deployments',
      restored: true,
    });
    expect(undone(run).slice(0, 3)).toEqual([
      'undoStep remove-control-plane',
      'undoStep owner-labels',
      'undoStep default',
    ]);
  });

  it('after its journal was written halts; retry goes on', async () => {
    const run = await approved(stuckRemoval(true, 1));
    await run.reach('Halted');
    expect((await run.progress()).canRollBack).toBe(false);
    await run.handle.executeUpdate('retry', { args: [{}] });

    expect(await run.result()).toMatchObject({ outcome: 'Succeeded', remaining: [] });
    expect(undone(run)).toEqual([]);
  });
});

describeOnStage("Temporal's own cancel after the removal has begun", () => {
  it('undoes nothing, and closes as cancelled with a report that says Halted', async () => {
    const run = await approved(unproven(99));
    await run.reach('Halted');
    await run.handle.cancel();

    const error: unknown = await run.result().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect((await run.handle.describe()).status.name).toBe('CANCELLED');
    expect(undone(run)).toEqual([]);
    expect(await run.report()).toMatchObject({ outcome: 'Halted' });
    expect(run.script.calls.at(-1)).toBe('finishRun');
  });
});
