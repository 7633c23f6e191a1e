import { expect, it } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import type { Finding } from '../../src/domain/finding.ts';
import { outlinePlan } from '../../src/domain/planning/outline-plan.ts';
import type { UpgradeStep } from '../../src/domain/planning/step.ts';
import { refusalOf } from '../support/refusal.ts';
import { samplePolicy } from '../support/sample-mesh.ts';
import { sampleRollbackPlan } from '../support/sample-rollback.ts';
import { failure } from '../support/scripted-activities.ts';
import { useStage } from '../support/use-stage.ts';
import type { Plot, Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('rollbacks of earlier runs');

const TYPE = { type: 'rollbackMesh' } as const;
const NOTHING: Finding = {
  code: 'NothingToRollBack',
  severity: 'info',
  subject: 'demo',
  message: 'all is undone',
  remedy: 'nothing has to be done',
};

function undone(run: Rehearsal): readonly string[] {
  return run.script.calls
    .filter((call) => call.startsWith('undoRecordedStep '))
    .map((call) => call.replace('undoRecordedStep undo-', ''));
}

/** The undo of that recorded step fails so often. */
function failing(step: string, times: number): Plot {
  let failed = 0;
  return {
    ...TYPE,
    but: {
      undoRecordedStep: async (ref) => {
        if (ref.step !== step || failed >= times) return { reverted: 1, foreign: [] };
        failed += 1;
        throw failure('Unhealthy', 'pods do not come back');
      },
    },
  };
}

describeOnStage('the rollback of a finished run', () => {
  it('makes the old control plane again, takes back newest first, and proves the result', async () => {
    const run = await stage().begin(TYPE);

    const report = await run.result();

    expect(report).toMatchObject({
      outcome: 'Succeeded',
      type: 'rollbackMesh',
      from: '1-26-1',
      to: '1-25-1',
      restored: true,
      differences: [],
      remaining: [],
    });
    expect(run.script.calls).toEqual([
      'resolveRollback',
      'identifyCluster',
      'planRollback',
      'claimRollback',
      'restoreControlPlane restore-control-plane',
      'undoRecordedStep undo-default',
      'undoRecordedStep undo-wave-2',
      'undoRecordedStep undo-wave-1',
      'undoRecordedStep undo-control-plane',
      'proveRolledBack prove-restored',
      'finishRun',
    ]);
  });

  it('of a chain proves each hop before it takes the one before it back', async () => {
    const plan = sampleRollbackPlan({ name: 'demo', uid: 'uid' }, samplePolicy());
    const [undo, proof] = [plan.steps.at(-2), plan.steps.at(-1)];
    if (undo === undefined || proof === undefined) throw new Error('a rollback without steps');
    const ofHop = (step: UpgradeStep): UpgradeStep => ({ ...step, id: `${step.id}-of-hop-2` });
    const steps = [ofHop(undo), ofHop(proof), undo, proof];
    const run = await stage().begin({
      ...TYPE,
      but: {
        planRollback: async () => ({ kind: 'plan', outline: outlinePlan({ ...plan, steps }, 'd') }),
      },
    });

    expect(await run.result()).toMatchObject({ outcome: 'Succeeded', restored: true });
    expect(run.script.calls.filter((call) => /^(undo|prove)/.test(call))).toEqual([
      'undoRecordedStep undo-control-plane-of-hop-2',
      'proveRolledBack prove-restored-of-hop-2',
      'undoRecordedStep undo-control-plane',
      'proveRolledBack prove-restored',
    ]);
  });

  it('with nothing to take back succeeds with no steps and takes no lock', async () => {
    const run = await stage().begin({
      ...TYPE,
      but: { planRollback: async () => ({ kind: 'nothing-to-do', findings: [NOTHING] }) },
    });

    expect(await run.result()).toMatchObject({
      outcome: 'Succeeded',
      steps: [],
      findings: [NOTHING],
    });
    expect(run.script.calls).not.toContain('claimRollback');
  });

  it('refuses a target, which an upgrade has', async () => {
    const run = await stage().begin({ ...TYPE, request: { target: '1.25.1' } });

    await expect(run.result()).rejects.toMatchObject({ cause: { type: 'InvalidRequest' } });
  });

  it('returns nothing to a control plane that could not be made again: that halts it', async () => {
    const run = await stage().begin({
      ...TYPE,
      but: {
        restoreControlPlane: async () => {
          throw failure('Unhealthy', '0 of 2 replicas ready');
        },
      },
    });

    const { waitingFor, canRollBack } = await run.reach('Halted');

    expect(waitingFor).toMatch(/^retry, skip or abort .* for restore-control-plane, until /);
    expect(canRollBack).toBe(false);
    expect(undone(run)).toEqual([]);
    expect(await refusalOf(run.handle.executeUpdate('rollback', { args: [{}] }))).toContain(
      'a rollback is not taken back',
    );
    await run.handle.executeUpdate('abort', { args: [{ reason: 'by hand' }] });
    const report = await run.result();
    expect(report.outcome).toBe('Halted');
    expect(report.remaining.join('\n')).toContain('--type rollbackMesh');
    expect(undone(run)).toEqual([]);
  });
});

describeOnStage('the rollback of an upgrade in place', () => {
  it('takes back no wave while the old control plane, to which they return, is not back', async () => {
    const plot = failing('undo-control-plane', 1);
    const cluster = { name: 'demo', uid: 'uid-of-demo' };
    const plan = sampleRollbackPlan(cluster, samplePolicy());
    const isFirst = (id: string): boolean => id === 'undo-control-plane';
    const [first, others] = [
      plan.steps
        .filter(({ id }) => isFirst(id))
        .map((step) => ({ ...step, undoFirst: true as const })),
      plan.steps.filter(({ id, kind }) => kind === 'undo-step' && !isFirst(id)),
    ];
    const run = await stage().begin({
      ...plot,
      but: {
        ...plot.but,
        planRollback: async ({ cluster: name }) => ({
          kind: 'plan',
          outline: outlinePlan(
            { ...plan, cluster: { ...cluster, name }, steps: [...first, ...others] },
            'sha256:00',
          ),
        }),
      },
    });

    await run.reach('Halted');
    expect(undone(run)).toEqual(['control-plane']);
    await run.handle.executeUpdate('retry', { args: [{ reason: 'it is back' }] });

    expect((await run.result()).outcome).toBe('Succeeded');
    expect(undone(run).slice(1)).toEqual(['control-plane', 'default', 'wave-2', 'wave-1']);
  });
});

describeOnStage('an undo of a recorded step that fails', () => {
  it('does not stop the others, is tried once more after them, and nobody is asked when that is enough', async () => {
    const run = await stage().begin(failing('undo-wave-2', 1));

    expect((await run.result()).outcome).toBe('Succeeded');
    expect(undone(run)).toEqual(['default', 'wave-2', 'wave-1', 'control-plane', 'wave-2']);
  });

  it('then waits for a person, whose retry tries it again', async () => {
    const run = await stage().begin(failing('undo-wave-2', 2));
    await run.reach('Halted');
    await run.handle.executeUpdate('retry', { args: [{ step: 'undo-wave-2', reason: 'mended' }] });

    expect(await run.result()).toMatchObject({ outcome: 'Succeeded', remaining: [] });
    expect(undone(run).slice(4)).toEqual(['wave-2', 'wave-2']);
  });

  it('and is skipped fails the run with exactly that left to do, after the others are compared', async () => {
    const run = await stage().begin(failing('undo-wave-2', 99));
    await run.reach('Halted');
    await run.handle.executeUpdate('skip', { args: [{ reason: 'its team does it' }] });

    const error: unknown = await run.result().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause).toMatchObject({ type: 'RollbackFailed' });
    expect((await run.report()).remaining).toEqual([
      'undo-wave-2 was skipped: pods do not come back; its team does it',
    ]);
    expect(run.script.calls.at(-2)).toBe('proveRolledBack prove-restored');
  });

  it('nobody decides about leaves the run halted, with the way to go on', async () => {
    const run = await stage().begin(failing('undo-wave-2', 99));

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'Halted' });
    expect(report.cause).toContain('nobody decided until');
  });
});

describeOnStage('a mesh that is not as the snapshot after a rollback', () => {
  it('halts the run with the places; a skip fails it with them', async () => {
    const ours = { path: 'Namespace shop labels.a', expected: '1', found: '2' };
    const run = await stage().begin({
      ...TYPE,
      but: {
        proveRolledBack: async () => ({ restored: false, ours: [ours], differences: [ours] }),
      },
    });
    await run.reach('Halted');
    expect((await run.report()).cause).toBe(
      'prove-restored: Namespace shop labels.a: expected 1, found 2',
    );
    await run.handle.executeUpdate('skip', { args: [{}] });

    await expect(run.result()).rejects.toMatchObject({ cause: { type: 'RollbackFailed' } });
    expect(await run.report()).toMatchObject({ restored: false, differences: [ours] });
  });
});

describeOnStage('a pause of a rollback', () => {
  it('begins nothing more until it is resumed', async () => {
    const run = await stage().begin({
      ...TYPE,
      policy: { gates: { start: { expiresSeconds: 3600 }, complete: { expiresSeconds: 3600 } } },
    });
    await run.reach('AwaitingStart');
    await run.handle.executeUpdate('pause', { args: [{ reason: 'incident' }] });
    await run.handle.executeUpdate('approve', { args: [{}] });
    await run.reach('Paused');
    expect(undone(run)).toEqual([]);

    await run.handle.executeUpdate('resume', { args: [{}] });

    expect((await run.result()).outcome).toBe('Succeeded');
  });
});
