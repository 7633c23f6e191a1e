import { expect, it } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import type { Finding } from '../../src/domain/finding.ts';
import { refusalOf } from '../support/refusal.ts';
import { failure, untilAsked } from '../support/scripted-activities.ts';
import { useStage } from '../support/use-stage.ts';
import type { Plot, Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('refreshes');

const CURRENT: Finding = {
  code: 'ProxiesCurrent',
  severity: 'info',
  subject: 'demo',
  message: 'none is older',
  remedy: 'nothing has to be done',
};

/** A refresh whose workloads of that wave fail so often. */
function failing(wave: string, times = 99): Plot {
  let failed = 0;
  return {
    type: 'refreshProxies',
    but: {
      restartWorkloads: async ({ step }) => {
        if (step === wave && failed < times) {
          failed += 1;
          throw failure('Unhealthy', '1 of 2 workloads failed: shop/cart: CrashLoopBackOff');
        }
        return { finished: true, done: 1, total: 1, begun: {}, pods: 2 };
      },
    },
  };
}

function restarts(run: Rehearsal): readonly string[] {
  return run.script.calls.filter((call) => call.startsWith('restartWorkloads'));
}

describeOnStage('a refresh', () => {
  it('restarts wave after wave with soaks, asks nobody, and looks once more at the end', async () => {
    const run = await stage().begin({ type: 'refreshProxies' });

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'Succeeded', target: '1.26.1', from: 'stable' });
    expect(report.steps.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'wave-1 done',
      'soak-wave-1 done',
      'wave-2 done',
      'soak-wave-2 done',
      'soak-mesh done',
      'verify-mesh done',
    ]);
    expect(restarts(run)).toEqual(['restartWorkloads wave-1', 'restartWorkloads wave-2']);
    expect(run.script.calls.slice(0, 4)).toEqual([
      'resolveRefresh',
      'identifyCluster',
      'planRefresh',
      'claimRefresh',
    ]);
  });

  it('with nothing older succeeds, says so and takes no lock', async () => {
    const run = await stage().begin({
      type: 'refreshProxies',
      but: { planRefresh: async () => ({ kind: 'nothing-to-do', findings: [CURRENT] }) },
    });

    expect(await run.result()).toMatchObject({
      outcome: 'Succeeded',
      findings: [CURRENT],
      steps: [],
    });
    expect(run.script.calls).not.toContain('claimRefresh');
  });

  it('begins only when somebody agrees, where the policy asks', async () => {
    const gates = { start: { expiresSeconds: 3600 }, complete: { expiresSeconds: 3600 } };
    const run = await stage().begin({ type: 'refreshProxies', policy: { gates } });
    await run.reach('AwaitingStart');
    expect(run.script.calls).not.toContain('claimRefresh');

    await run.handle.executeUpdate('approve', { args: [{}] });

    expect((await run.result()).outcome).toBe('Succeeded');
  });

  it('refuses a target, which an upgrade has', async () => {
    const run = await stage().begin({ type: 'refreshProxies', request: { target: '1.26.1' } });

    await expect(run.result()).rejects.toMatchObject({
      cause: { type: 'InvalidRequest', message: expect.stringContaining('target') },
    });
  });
});

describeOnStage('a refresh in which a wave fails', () => {
  it('halts, takes nothing back and restarts nothing more, until a person decides', async () => {
    const run = await stage().begin(failing('wave-1'));

    const progress = await run.reach('Halted');

    expect(progress).toMatchObject({ canRollBack: false });
    expect(progress.waitingFor).toContain('for wave-1');
    expect((await run.report()).cause).toContain('shop/cart: CrashLoopBackOff');
    expect(restarts(run)).toEqual(['restartWorkloads wave-1']);
    await run.handle.executeUpdate('abort', { args: [{ leave: true }] });
    const report = await run.result();
    expect(report.outcome).toBe('Halted');
    expect(report.remaining.join('\n')).toContain('--type refreshProxies');
    expect(run.script.calls.filter((call) => call.startsWith('undoStep'))).toEqual([]);
    expect(restarts(run)).toEqual(['restartWorkloads wave-1']);
  });

  it('goes on with it when it is told to retry', async () => {
    const run = await stage().begin(failing('wave-2', 1));
    await run.reach('Halted');

    await run.handle.executeUpdate('retry', { args: [{}] });

    expect((await run.result()).outcome).toBe('Succeeded');
    expect(restarts(run).filter((call) => call.endsWith('wave-2'))).toHaveLength(2);
  });

  it('halts too when health turns bad in a soak', async () => {
    const bad = { type: 'PodsRun', status: 'Degraded', message: 'shop/cart-1 crashes' } as const;
    const run = await stage().begin({
      type: 'refreshProxies',
      but: { watchHealth: async () => ({ status: 'Degraded', conditions: [bad] }) },
    });

    await run.reach('Halted');

    expect((await run.report()).cause).toBe('soak-wave-1: shop/cart-1 crashes');
    await run.handle.executeUpdate('abort', { args: [{}] });
    expect((await run.result()).outcome).toBe('Halted');
  });
});

/** A refresh in the middle of its first wave. */
async function inWave(): Promise<Rehearsal> {
  const run = await stage().begin({
    type: 'refreshProxies',
    but: {
      restartWorkloads: async () => {
        await untilAsked();
        return { finished: false, done: 0, total: 1, begun: {}, pods: 0 };
      },
    },
  });
  await run.reach('MovingWorkloads');
  await run.script.begun('restartWorkloads wave-1');
  return run;
}

describeOnStage('a refresh under way', () => {
  it('refuses a rollback, with the reason and what to do instead', async () => {
    const run = await inWave();

    expect(await refusalOf(run.handle.executeUpdate('rollback', { args: [{}] }))).toContain(
      'a restart cannot be taken back',
    );
    await run.handle.executeUpdate('abort', { args: [{}] });
    await run.result();
  });

  it.each([{}, { leave: true }])('stops where it stands on abort %j', async (payload) => {
    const run = await inWave();

    await run.handle.executeUpdate('abort', { args: [payload] });

    expect(await run.result()).toMatchObject({ outcome: 'Halted' });
    expect(restarts(run)).toEqual(['restartWorkloads wave-1']);
    expect(run.script.calls.at(-1)).toBe('finishRun');
  });

  it('that is cancelled in Temporal stops where it stands and closes as cancelled', async () => {
    const run = await inWave();

    await run.handle.cancel();

    const error: unknown = await run.result().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect(run.script.calls.filter((call) => call.startsWith('undoStep'))).toEqual([]);
    expect(run.script.calls.at(-1)).toBe('finishRun');
  });
});
