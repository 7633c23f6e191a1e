import { expect, it } from '@jest/globals';
import { watchOn } from '../support/scripted-activities.ts';
import { useStage } from '../support/use-stage.ts';
import type { Plot } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('failures within the threshold');

const FAILED = { 'uid-cart': 'shop/cart: pod cart-1 is in CrashLoopBackOff' };

interface Heard {
  readonly failed: unknown[];
  readonly except: unknown[];
}

/** A first wave in which one workload fails, as the policy tolerates. */
function tolerant(heard: Heard, awaitUnused: () => Promise<void>): Plot {
  return {
    but: {
      restartWorkloads: async ({ step }) => ({
        finished: true,
        done: 1,
        total: 2,
        begun: {},
        pods: 2,
        ...(step === 'wave-1' ? { failed: FAILED } : {}),
      }),
      takeWaveCensus: async ({ step, failed }) => {
        heard.failed.push(failed);
        const exceptions = failed === undefined ? {} : { exceptions: Object.values(failed) };
        return { id: step, namespaces: [], workloads: 2, onTarget: 1, pods: 2, ...exceptions };
      },
      checkHealth: async ({ except }) => {
        heard.except.push(except);
        return { status: 'Healthy', conditions: [] };
      },
      awaitUnused,
    },
  };
}

describeOnStage('a workload that failed within the threshold', () => {
  it('is an exception of its wave, says nothing in soaks, and holds the removal until it is moved', async () => {
    const heard: Heard = { failed: [], except: [] };
    let moved: () => void = () => undefined;
    const untilMoved = new Promise<void>((resolve) => (moved = resolve));
    const run = await stage().begin(tolerant(heard, () => untilMoved));
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });
    await run.script.begun('awaitUnused');
    expect(run.script.calls).not.toContain('applyStep remove-control-plane');
    expect((await run.progress()).waitingFor).toMatch(
      /until nothing uses 1-25-1: 1 workload failed/,
    );
    moved();

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'Succeeded', exceptions: Object.values(FAILED) });
    expect(heard.failed).toEqual([FAILED, undefined, undefined]);
    expect(heard.except).toEqual([
      undefined,
      ['uid-cart'],
      ['uid-cart'],
      ['uid-cart'],
      ['uid-cart'],
    ]);
  });

  it('can still be taken back while it holds the removal', async () => {
    const heard: Heard = { failed: [], except: [] };
    const run = await stage().begin(tolerant(heard, async () => watchOn()));
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });
    await run.script.begun('awaitUnused');

    await run.handle.signal('rollback', { reason: 'not worth it' });

    expect(await run.result()).toMatchObject({ outcome: 'RolledBack', restored: true });
  });
});
