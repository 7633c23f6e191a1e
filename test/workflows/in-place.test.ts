import { expect, it } from '@jest/globals';
import { refusalOf } from '../support/refusal.ts';
import { sampleInPlace, FIRST_HOP, type Hop } from '../support/sample-in-place.ts';
import { samplePolicy } from '../support/sample-mesh.ts';
import { failure } from '../support/scripted-activities.ts';
import { useStage } from '../support/use-stage.ts';
import type { Plot, Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('upgrades in place');

const SOON = samplePolicy({ soakSeconds: { controlPlane: 20, wave: 20, mesh: 20 } });
const CHAIN: readonly Hop[] = [
  { ...FIRST_HOP, nextHops: ['1.27.0'] },
  { from: '1.26.1', to: '1.27.0' },
];

/** An upgrade in place over these hops; a plan is asked for once, or more often, for each. */
function over(hops: readonly Hop[], plot: Plot = {}): Plot {
  return {
    ...plot,
    request: { strategy: 'in-place', target: hops.at(-1)?.to, ...plot.request },
    but: {
      planUpgrade: async ({ cluster, clusterUid, hop = 1 }) => ({
        kind: 'plan',
        outline: sampleInPlace(
          { name: cluster, uid: clusterUid },
          SOON,
          hops[hop - 1] ?? FIRST_HOP,
        ),
      }),
      ...plot.but,
    },
  };
}

async function decide(run: Rehearsal, decision: 'approve' | 'reject'): Promise<void> {
  await run.reach('AwaitingCompletion');
  await run.handle.executeUpdate(decision, { args: [{}] });
}

function undone(run: Rehearsal): readonly string[] {
  return run.script.calls.filter((call) => call.startsWith('undoStep'));
}

describeOnStage('an upgrade in place', () => {
  it('goes by CRDs, control plane and sidecars, and has no removal', async () => {
    const run = await stage().begin(over([FIRST_HOP]));
    await decide(run, 'approve');

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'Succeeded', target: '1.26.1' });
    expect(report.steps.map(({ id, state }) => `${id} ${state}`)).toEqual(
      [
        ...['snapshot', 'crds', 'control-plane', 'verify-control-plane', 'soak-control-plane'],
        ...['wave-1', 'soak-wave-1', 'wave-2', 'soak-wave-2'],
        ...['soak-mesh', 'gate-complete', 'verify-mesh'],
      ].map((id) => `${id} done`),
    );
    expect(report.hops).toBeUndefined();
  });

  it('is taken back control plane first, and the waves after it newest first', async () => {
    const run = await stage().begin(over([FIRST_HOP]));
    await decide(run, 'reject');

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true, remaining: [] });
    expect(undone(run)).toEqual(['undoStep control-plane', 'undoStep wave-2', 'undoStep wave-1']);
  });

  it('can be taken back until its very end', async () => {
    const run = await stage().begin(
      over([FIRST_HOP], {
        but: {
          verifyMesh: async () => {
            throw failure('Unhealthy', 'an istiod is gone');
          },
        },
      }),
    );
    await decide(run, 'approve');

    const report = await run.result();

    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: 'verify-mesh: an istiod is gone',
    });
    expect(undone(run)[0]).toBe('undoStep control-plane');
  });
});

/** The undo of the control plane fails so often. */
function stuck(times: number): Plot {
  let failed = 0;
  return over([FIRST_HOP], {
    but: {
      undoStep: async ({ step }) => {
        if (step === 'control-plane' && failed < times) {
          failed += 1;
          throw failure('Unhealthy', 'default does not serve 1.25.1 again');
        }
        return { reverted: 1, foreign: [] };
      },
    },
  });
}

describeOnStage('an upgrade in place whose control plane does not come back', () => {
  it('leaves the proxies alone until it does', async () => {
    const run = await stage().begin(stuck(1));
    await decide(run, 'reject');
    await run.reach('Halted');
    expect(undone(run)).toEqual(['undoStep control-plane']);

    await run.handle.executeUpdate('retry', { args: [{ step: 'control-plane' }] });

    expect(await run.result()).toMatchObject({ outcome: 'RolledBack', remaining: [] });
    expect(undone(run)).toEqual([
      ...['undoStep control-plane', 'undoStep control-plane'],
      ...['undoStep wave-2', 'undoStep wave-1'],
    ]);
  });

  it('waits again when a retry fails as well', async () => {
    const run = await stage().begin(stuck(2));
    await decide(run, 'reject');
    await run.reach('Halted');
    await run.handle.executeUpdate('retry', { args: [{ step: 'control-plane' }] });
    await run.script.begun('undoStep control-plane', 2);
    await run.reach('Halted');

    expect(undone(run)).toEqual(['undoStep control-plane', 'undoStep control-plane']);
    await run.handle.executeUpdate('retry', { args: [{ step: 'control-plane' }] });
    expect(await run.result()).toMatchObject({ outcome: 'RolledBack' });
  });

  it('lets the proxies go when a person skips it, and says what is left', async () => {
    const run = await stage().begin(stuck(99));
    await decide(run, 'reject');
    await run.reach('Halted');

    await run.handle.executeUpdate('skip', {
      args: [{ step: 'control-plane', reason: 'by hand' }],
    });

    await expect(run.result()).rejects.toMatchObject({ cause: { type: 'RollbackFailed' } });
    expect(undone(run).slice(1)).toEqual(['undoStep wave-2', 'undoStep wave-1']);
    expect((await run.report()).remaining.join()).toContain('undo of control-plane');
  });

  it('names the proxies that wait for it when nobody decides', async () => {
    const run = await stage().begin(stuck(99));
    await decide(run, 'reject');

    await expect(run.result()).rejects.toMatchObject({ cause: { type: 'RollbackFailed' } });
    expect((await run.report()).remaining).toEqual([
      'undo of control-plane: default does not serve 1.25.1 again',
      'undo of wave-2: not begun',
      'undo of wave-1: not begun',
    ]);
  });
});

describeOnStage('a chain of hops', () => {
  it('is one run, with a plan, a gate and a record for each hop', async () => {
    const seen: string[] = [];
    const run = await stage().begin(
      over(CHAIN, {
        but: {
          claimMesh: async ({ hop = 1, digest }) => {
            seen.push(`hop ${hop} ${digest.slice(-4)}`);
            return { kind: 'claimed' };
          },
          applyStep: async ({ hop = 1, step }) => {
            seen.push(`hop ${hop} ${step}`);
            return { objects: 3 };
          },
        },
      }),
    );
    expect((await run.reach('AwaitingCompletion')).target).toBe('1.27.0');
    await run.handle.executeUpdate('approve', { args: [{}] });
    await decide(run, 'approve');

    const report = await run.result();

    const steps = ['crds', 'control-plane', 'wave-1', 'wave-2'];
    expect(seen).toEqual([
      ...['hop 1 1261', ...steps.map((step) => `hop 1 ${step}`)],
      ...['hop 2 1270', ...steps.map((step) => `hop 2 ${step}`)],
    ]);
    expect(report).toMatchObject({ outcome: 'Succeeded', target: '1.27.0', remaining: [] });
    expect(report.hops).toEqual([
      expect.objectContaining({
        from: { revision: 'default', version: '1.25.1' },
        to: { revision: 'default', version: '1.26.1' },
      }),
    ]);
    expect(report.hops?.[0]?.steps.every(({ state }) => state === 'done')).toBe(true);
    expect(report.hops?.[0]?.waves).toHaveLength(2);
    expect(report.waves).toHaveLength(2);
  });

  it('takes a later hop back to where it began, and says what was reached', async () => {
    const hops: number[] = [];
    const run = await stage().begin(
      over(CHAIN, {
        but: {
          undoStep: async ({ hop = 1 }) => {
            hops.push(hop);
            return { reverted: 1, foreign: [] };
          },
        },
      }),
    );
    await decide(run, 'approve');
    await run.script.begun('claimMesh', 2);
    await decide(run, 'reject');

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true });
    expect(report.cause).toBe(
      'gate-complete: gate complete was rejected; default is at 1.26.1, which an earlier hop reached, and not at 1.27.0',
    );
    expect(hops).toEqual([2, 2, 2]);
  });

  it('that cannot be planned further gives the mesh back where it is', async () => {
    const finding = {
      code: 'KubernetesTooOld',
      severity: 'blocking',
      subject: '1.27.0',
      message: 'too old',
      remedy: 'upgrade the cluster',
    } as const;
    const plot = over(CHAIN);
    const first = plot.but?.planUpgrade;
    const run = await stage().begin({
      ...plot,
      but: {
        planUpgrade: async (input) =>
          input.hop === undefined && first !== undefined
            ? first(input)
            : { kind: 'blocked', findings: [finding] },
      },
    });
    await decide(run, 'approve');

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'Blocked', findings: [finding] });
    expect(report.cause).toContain('default is at 1.26.1');
    expect(run.script.calls.at(-1)).toBe('finishRun');
    expect(undone(run)).toEqual([]);
  });

  it('holds to the plan that was asked for in its first hop alone', async () => {
    const planDigest = `sha256:${'1261'.padStart(64, '0')}`;
    const run = await stage().begin(over(CHAIN, { request: { planDigest } }));
    await decide(run, 'approve');
    await run.script.begun('claimMesh', 2);
    await decide(run, 'approve');

    expect(await run.result()).toMatchObject({ outcome: 'Succeeded' });
  });

  it('refuses a decision for another plan than that of the hop whose gate is open', async () => {
    const run = await stage().begin(over(CHAIN));
    await decide(run, 'approve');
    await run.script.begun('claimMesh', 2);
    await run.reach('AwaitingCompletion');
    const planDigest = `sha256:${'1261'.padStart(64, '0')}`;

    const refusal = await refusalOf(
      run.handle.executeUpdate('approve', { args: [{ planDigest }] }),
    );

    expect(refusal).toContain('1270');
    await run.handle.executeUpdate('approve', { args: [{}] });
    await run.result();
  });
});
