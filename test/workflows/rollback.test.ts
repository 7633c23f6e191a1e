import { expect, it } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { UsageCensus } from '../../src/activities/health/read-users.ts';
import type { UpgradeReport } from '../../src/domain/report.ts';
import { failure, untilAsked } from '../support/scripted-activities.ts';
import { refusalOf } from '../support/refusal.ts';
import { useStage } from '../support/use-stage.ts';
import type { Plot, Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('rollbacks');

function undone(run: Rehearsal): readonly string[] {
  return run.script.calls
    .filter((call) => call.startsWith('undoStep '))
    .map((call) => call.replace('undoStep ', ''));
}

function usedBy(...users: readonly string[]): UsageCensus {
  return { users, remarks: [] };
}

/** A run whose first wave goes on until it is asked to stop. */
const STUCK_IN_WAVE: Plot = {
  but: {
    restartWorkloads: async () => {
      await untilAsked();
      return { finished: false, done: 1, total: 2, begun: {}, pods: 1 };
    },
  },
};

/** A run whose undo of a step fails that often, then goes well. */
function undoFails(step: string, times: number): Plot {
  let failed = 0;
  return {
    but: {
      undoStep: async (ref) => {
        if (ref.step !== step || failed >= times) return { reverted: 1, foreign: [] };
        failed += 1;
        throw failure('Unhealthy', 'pods do not come back');
      },
    },
  };
}

async function rejected(plot: Plot): Promise<Rehearsal> {
  const run = await stage().begin(plot);
  await run.reach('AwaitingCompletion');
  await run.handle.executeUpdate('reject', { args: [{}] });
  return run;
}

async function errorOf(run: Rehearsal): Promise<Error | undefined> {
  const error: unknown = await run.result().then(
    (report) => new Error(`expected a failure, found ${report.outcome}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof WorkflowFailedError) return error.cause;
  throw error;
}

describeOnStage('a wish to stop in the middle of a wave', () => {
  it.each([
    ['rollback', { reason: 'errors in checkout' }, 'rollback was asked for: errors in checkout'],
    ['rollback', {}, 'rollback was asked for'],
    ['abort', {}, 'abort was asked for'],
    ['abort', { leave: false, reason: 'x' }, 'abort was asked for: x'],
  ])(
    '%s %j lets the wave come to a consistent end, then undoes all',
    async (message, payload, cause) => {
      const run = await stage().begin(STUCK_IN_WAVE);
      await run.reach('MovingWorkloads');
      await run.script.begun('restartWorkloads wave-1');
      await run.handle.signal(message, payload);

      const report = await run.result();

      expect(report).toMatchObject({ outcome: 'RolledBack', cause, restored: true, remaining: [] });
      expect(undone(run)).toEqual(['wave-1', 'control-plane']);
    },
  );

  it('by Update is answered at once, and a second one is refused', async () => {
    const run = await stage().begin(STUCK_IN_WAVE);
    await run.script.begun('watchHealth');
    await run.reach('MovingWorkloads');

    const answer = await run.handle.executeUpdate('rollback', { args: [{ reason: 'now' }] });
    const refusal = refusalOf(run.handle.executeUpdate('rollback', { args: [{}] }));

    expect(answer).toEqual({ accepted: true, message: 'rollback was asked for: now' });
    expect(await refusal).toMatch(/^MessageRefused: the run is (rolling back|stopping) already/);
    expect((await run.result()).outcome).toBe('RolledBack');
  });

  it('abort {"leave":true} leaves all as it stands and says how to go on', async () => {
    const run = await stage().begin(STUCK_IN_WAVE);
    await run.reach('MovingWorkloads');
    await run.handle.signal('abort', { leave: true, reason: 'by hand from here' });

    const report = await run.result();

    expect(report).toMatchObject({
      outcome: 'Halted',
      cause: 'abort was asked for, leaving all as it stands: by hand from here',
    });
    expect(report.remaining).not.toEqual([]);
    expect(undone(run)).toEqual([]);
    expect(run.script.calls.at(-1)).toBe('finishRun');
  });

  it('during a soak stops the watch too', async () => {
    const run = await stage().begin();
    await run.script.begun('watchHealth');
    await run.handle.executeUpdate('rollback', { args: [{}] });

    expect((await run.result()).outcome).toBe('RolledBack');
    expect(undone(run)).toEqual(['control-plane']);
  });
});

describeOnStage("Temporal's own cancel", () => {
  it('undoes everything, keeps the report, and closes as cancelled', async () => {
    const run = await stage().begin();
    await run.reach('AwaitingCompletion');
    await run.handle.cancel();

    const error = await errorOf(run);

    expect(error).toBeInstanceOf(CancelledFailure);
    expect((await run.handle.describe()).status.name).toBe('CANCELLED');
    expect(undone(run)).toEqual(['wave-3', 'wave-2', 'wave-1', 'control-plane']);
    expect(run.script.calls.at(-1)).toBe('finishRun');
    expect(await run.report()).toMatchObject({
      outcome: 'Cancelled',
      cause: 'the run was cancelled in Temporal',
      restored: true,
    });
    expect((await run.handle.describe()).memo).toMatchObject({ outcome: 'Cancelled' });
  });

  it('in the middle of a wave waits for the wave, and a second one changes nothing', async () => {
    const run = await stage().begin(STUCK_IN_WAVE);
    await run.reach('MovingWorkloads');
    await run.handle.cancel();
    await run.script.begun('undoStep wave-1');
    await run.handle.cancel();

    expect(await errorOf(run)).toBeInstanceOf(CancelledFailure);
    expect(undone(run)).toEqual(['wave-1', 'control-plane']);
    expect(await run.report()).toMatchObject({ outcome: 'Cancelled', restored: true });
  });

  it('before anything was claimed touches nothing', async () => {
    const run = await stage().begin({
      policy: { gates: { start: { expiresSeconds: 600 }, complete: { expiresSeconds: 3600 } } },
    });
    await run.reach('AwaitingStart');
    await run.handle.cancel();

    expect(await errorOf(run)).toBeInstanceOf(CancelledFailure);
    expect(run.script.calls).toEqual([
      ...['resolveRequest', 'identifyCluster', 'planUpgrade'],
      // Looked at and not kept: nothing is claimed.
      'keepEvidence',
    ]);
  });
});

describeOnStage('what turns bad is taken back', () => {
  const UNHEALTHY = {
    type: 'PodsRun',
    status: 'Degraded',
    message: 'shop/cart-1 crashes',
  } as const;

  it.each([
    [
      'the watch sees it during a soak',
      { watchHealth: async () => ({ status: 'Degraded', conditions: [UNHEALTHY] }) },
      'soak-control-plane: shop/cart-1 crashes',
      ['control-plane'],
    ],
    [
      'the last look of a soak sees it',
      {
        checkHealth: async () => {
          throw failure('Unhealthy', 'shop/cart-1 crashes');
        },
      },
      'soak-control-plane: shop/cart-1 crashes',
      ['control-plane'],
    ],
    [
      'the new control plane does not inject',
      {
        verifyControlPlane: async () => {
          throw failure('Unhealthy', 'the webhook does not answer');
        },
      },
      'verify-control-plane: the webhook does not answer',
      ['control-plane'],
    ],
    [
      'a wave has too many failures',
      {
        restartWorkloads: async () => {
          throw failure('Unhealthy', '1 of 2 workloads failed');
        },
      },
      'wave-1: 1 of 2 workloads failed',
      ['wave-1', 'control-plane'],
    ],
    [
      'somebody changed what a step would write',
      {
        applyStep: async ({ step }) => {
          if (step === 'wave-2') throw failure('ForeignChange', 'Namespace billing was relabelled');
          return { objects: 1 };
        },
      },
      'wave-2: Namespace billing was relabelled',
      ['wave-2', 'wave-1', 'control-plane'],
    ],
    [
      'the old revision is still used after the default has moved',
      { takeUsageCensus: async () => usedBy('pod shop/batch-x runs its proxy') },
      'census: still used: pod shop/batch-x runs its proxy',
      ['owner-labels', 'default', 'wave-3', 'wave-2', 'wave-1', 'control-plane'],
    ],
    [
      'there is no snapshot to return to',
      {
        takeSnapshot: async () => {
          throw failure('Forbidden', 'may not list services');
        },
      },
      'snapshot: may not list services',
      [],
    ],
  ] as readonly (readonly [string, Plot['but'], string, readonly string[]])[])(
    'when %s',
    async (_what, but = {}, cause, steps) => {
      const run = await stage().begin({ but });
      if (cause.startsWith('census')) {
        await run.reach('AwaitingCompletion');
        await run.handle.executeUpdate('approve', { args: [{}] });
      }

      const report = await run.result();

      expect(report).toMatchObject({ outcome: 'RolledBack', cause, remaining: [] });
      expect(undone(run)).toEqual(steps);
      expect(run.script.calls.at(-1)).toBe('finishRun');
    },
  );

  it('when the old revision is used again after its grace', async () => {
    let looks = 0;
    const run = await stage().begin({
      but: {
        takeUsageCensus: async () => {
          looks += 1;
          return looks === 1 ? usedBy() : usedBy('pod shop/late runs its proxy');
        },
      },
    });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });

    expect(await run.result()).toMatchObject({
      outcome: 'RolledBack',
      cause: 'census: used again: pod shop/late runs its proxy',
    });
  });

  it('but not a fault of the API server, which passes', async () => {
    let calls = 0;
    const run = await stage().begin({
      but: {
        applyStep: async () => {
          calls += 1;
          if (calls < 4) throw failure('Transient', 'no answer');
          return { objects: 1 };
        },
      },
    });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });

    expect((await run.result()).outcome).toBe('Succeeded');
    expect(undone(run)).toEqual([]);
  });

  it('and what others set meanwhile is named, and left to them', async () => {
    const foreign = {
      path: 'Namespace shop labels',
      expected: 'istio.io/rev=prod',
      found: 'istio.io/rev=mine',
    };
    const run = await rejected({
      but: {
        undoStep: async ({ step }) => ({
          reverted: 1,
          foreign: step === 'wave-1' ? [foreign] : [],
        }),
        proveRestored: async (input) => ({ restored: true, differences: input.foreign, ours: [] }),
      },
    });

    const report = await run.result();

    expect(report).toMatchObject({
      outcome: 'RolledBack',
      restored: true,
      differences: [foreign],
      remaining: [],
    });
    expect(report.steps.find(({ id }) => id === 'wave-1')).toMatchObject({
      state: 'undone',
      detail: '1 change taken back, 1 left as others set them',
    });
  });
});

describeOnStage('the time of a step that is undone', () => {
  it('is its own, and the undo has another', async () => {
    const run = await rejected({});

    const { steps, waves, exceptions } = await run.result();

    const [first, last] = ['wave-1', 'wave-3'].map((id) => steps.find((step) => step.id === id));
    expect(first?.state).toBe('undone');
    // Wave 1 was over before wave 3 began, and was undone after it.
    expect(at(first?.endedAt)).toBeLessThanOrEqual(at(last?.begunAt));
    expect(at(first?.undoBegunAt)).toBeGreaterThanOrEqual(at(last?.undoEndedAt));
    expect(at(first?.undoEndedAt)).toBeGreaterThanOrEqual(at(first?.undoBegunAt));
    expect([waves, exceptions]).toEqual([[], []]);
  });
});

function at(time: string | undefined): number {
  return Date.parse(time ?? '');
}

describeOnStage('an undo', () => {
  it('knows which steps were carried out, and so have a journal', async () => {
    const told: Record<string, boolean> = {};
    const run = await stage().begin({
      but: {
        ...STUCK_IN_WAVE.but,
        undoStep: async ({ step, wasDone }) => {
          told[step] = wasDone === true;
          return { reverted: 1, foreign: [] };
        },
      },
    });
    await run.reach('MovingWorkloads');
    await run.handle.executeUpdate('rollback', { args: [{}] });

    expect((await run.result()).outcome).toBe('RolledBack');
    expect(told).toEqual({ 'wave-1': false, 'control-plane': true });
  });
});

describeOnStage('an undo that fails', () => {
  it('does not stop the others, and waits for a person', async () => {
    const run = await rejected(undoFails('wave-2', 1));

    const { waitingFor, steps } = await run.reach('Halted');

    expect(waitingFor).toMatch(/^retry or skip for the undo of wave-2, until /);
    expect(undone(run)).toEqual(['wave-3', 'wave-2', 'wave-1', 'control-plane']);
    expect(steps.find(({ id }) => id === 'wave-2')).toMatchObject({
      state: 'undo-failed',
      detail: 'pods do not come back',
    });
    await run.handle.executeUpdate('retry', { args: [{}] });
    expect((await run.result()).outcome).toBe('RolledBack');
  });

  it('is tried again on retry; then the run is rolled back', async () => {
    const run = await rejected(undoFails('wave-2', 2));
    for (let time = 1; time <= 2; time += 1) {
      await run.reach('Halted');
      await run.handle.executeUpdate('retry', { args: [{ step: 'wave-2', reason: 'fixed' }] });
      await run.script.begun('undoStep wave-2', 2);
    }

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true, remaining: [] });
    expect(undone(run).slice(4)).toEqual(['wave-2', 'wave-2']);
  });

  it.each([
    [
      'skip',
      async (run: Rehearsal) =>
        void (await run.handle.executeUpdate('skip', { args: [{ step: 'wave-2' }] })),
    ],
    ['nobody for seven days', async () => undefined],
    [
      'abort {"leave":true}',
      async (run: Rehearsal) =>
        void (await run.handle.executeUpdate('abort', { args: [{ leave: true }] })),
    ],
  ])('and is answered by %s fails the run with what is left to do', async (_what, answer) => {
    const run = await rejected(undoFails('wave-2', 99));
    await run.reach('Halted');
    await answer(run);

    const error = await errorOf(run);

    expect(error).toBeInstanceOf(ApplicationFailure);
    expect(error).toMatchObject({ type: 'RollbackFailed', nonRetryable: true });
    expect(error?.message).toContain('undo of wave-2: pods do not come back');
    const [report] = (error as ApplicationFailure).details as readonly UpgradeReport[];
    expect(report).toMatchObject({
      outcome: 'RollbackFailed',
      remaining: ['undo of wave-2: pods do not come back'],
    });
    expect(run.script.calls.at(-1)).toBe('finishRun');
  });

  it('takes decisions only for steps that wait', async () => {
    const run = await rejected({
      but: {
        undoStep: async () => {
          throw failure('Unhealthy', 'no');
        },
      },
    });
    await run.reach('Halted');

    expect(
      await refusalOf(run.handle.executeUpdate('skip', { args: [{ step: 'verify-mesh' }] })),
    ).toBe(
      'MessageRefused: expected one of wave-3, wave-2, wave-1, control-plane, found verify-mesh',
    );
    expect(await refusalOf(run.handle.executeUpdate('skip', { args: [{}] }))).toBe(
      'MessageRefused: name the step: one of wave-3, wave-2, wave-1, control-plane',
    );
    for (const step of ['wave-3', 'wave-2', 'wave-1', 'control-plane']) {
      await run.reach('Halted');
      await run.handle.executeUpdate('skip', { args: [{ step }] });
    }
    expect(await errorOf(run)).toMatchObject({ type: 'RollbackFailed' });
  });

  it('keeps the mesh locked', async () => {
    const released: boolean[] = [];
    const plot = undoFails('wave-2', 99);
    const run = await rejected({
      but: {
        ...plot.but,
        finishRun: async ({ release }) => {
          released.push(release);
        },
      },
    });
    await run.reach('Halted');
    await run.handle.executeUpdate('skip', { args: [{}] });

    expect(await errorOf(run)).toMatchObject({ type: 'RollbackFailed' });
    expect(released).toEqual([false]);
  });
});

describeOnStage('a mesh that is not as the snapshot had it', () => {
  it('fails the run with every difference', async () => {
    const difference = { path: 'Namespace shop labels', expected: '"a"', found: '"b"' };
    const run = await rejected({
      but: {
        proveRestored: async () => ({
          restored: false,
          differences: [difference],
          ours: [difference],
        }),
      },
    });

    expect(await errorOf(run)).toMatchObject({ type: 'RollbackFailed' });
    expect(await run.report()).toMatchObject({
      restored: false,
      differences: [difference],
      remaining: ['Namespace shop labels: expected "a", found "b"'],
    });
  });

  it('fails the run also when it could not be compared', async () => {
    const run = await rejected({
      but: {
        proveRestored: async () => {
          throw failure('RecordUnreadable', 'the snapshot was edited');
        },
      },
    });

    expect(await errorOf(run)).toMatchObject({ type: 'RollbackFailed' });
    expect(await run.report()).toMatchObject({
      restored: false,
      remaining: ['the result could not be compared with the snapshot: the snapshot was edited'],
    });
  });
});
