import { expect, it } from '@jest/globals';
import { refusalOf } from '../support/refusal.ts';
import { useStage } from '../support/use-stage.ts';

const { describeOnStage, stage } = await useStage('downgrades');

describeOnStage('a downgrade', () => {
  it('goes the way of an upgrade, by activities of its own and without a step for CRDs', async () => {
    const run = await stage().begin({ type: 'downgradeMesh', request: { target: '1.25.1' } });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });

    const report = await run.result();

    expect(report).toMatchObject({
      outcome: 'Succeeded',
      type: 'downgradeMesh',
      target: '1.25.1',
      from: '1-26-1',
      to: '1-25-1',
    });
    expect(report.steps.map(({ id }) => id).slice(0, 4)).toEqual([
      'snapshot',
      'control-plane',
      'verify-control-plane',
      'soak-control-plane',
    ]);
    expect(report.steps.filter(({ state }) => state !== 'done')).toEqual([]);
    expect(run.script.calls.slice(0, 4)).toEqual([
      'resolveDowngrade',
      'identifyCluster',
      'planDowngrade',
      'claimDowngrade',
    ]);
  });

  it('is undone as an upgrade is, when it is refused at the gate', async () => {
    const run = await stage().begin({ type: 'downgradeMesh', request: { target: '1.25.1' } });
    await run.reach('AwaitingCompletion');

    await run.handle.executeUpdate('reject', { args: [{ reason: 'red dashboards' }] });

    expect(await run.result()).toMatchObject({ outcome: 'RolledBack', restored: true });
    expect(run.script.calls).toContain('undoStep control-plane');
  });

  it('that is blocked touches nothing and says why', async () => {
    const finding = {
      code: 'FeatureMissing',
      severity: 'blocking',
      subject: 'VirtualService spec.http[].retries.backoff',
      message: 'used by 1 object: shop/cart',
      remedy: 'take it out',
    } as const;
    const run = await stage().begin({
      type: 'downgradeMesh',
      request: { target: '1.25.1' },
      but: { planDowngrade: async () => ({ kind: 'blocked', findings: [finding] }) },
    });

    expect(await run.result()).toMatchObject({
      outcome: 'Blocked',
      findings: [finding],
      steps: [],
    });
    expect(run.script.calls).not.toContain('claimDowngrade');
  });

  it('that is bound to another plan says how to plan again', async () => {
    const planDigest = `sha256:${'0'.repeat(64)}`;
    const run = await stage().begin({
      type: 'downgradeMesh',
      request: { target: '1.25.1', planDigest },
    });

    const { outcome, findings } = await run.result();

    expect({ outcome, codes: findings.map(({ code }) => code) }).toEqual({
      outcome: 'Blocked',
      codes: ['PlanChanged'],
    });
    expect(findings[0]?.remedy).toContain('--target 1.25.1 --type downgradeMesh');
  });

  it('names the way back once the removal has begun', async () => {
    const run = await stage().begin({
      type: 'downgradeMesh',
      request: { target: '1.25.1' },
      but: {
        applyStep: async ({ step }) => {
          if (step === 'remove-control-plane') throw new Error('the API server is away');
          return { objects: 1 };
        },
      },
    });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });
    await run.script.begun('applyStep remove-control-plane');

    expect(await refusalOf(run.handle.executeUpdate('rollback', { args: [{}] }))).toContain(
      'the ways back are the workflows rollbackMesh and upgradeMesh',
    );
    await run.handle.terminate();
  });

  it('refuses a request without a target', async () => {
    const run = await stage().begin({ type: 'downgradeMesh', input: { cluster: 'demo-6' } });

    await expect(run.result()).rejects.toMatchObject({
      cause: { type: 'InvalidRequest', message: expect.stringContaining('a downgrade request') },
    });
  });
});
