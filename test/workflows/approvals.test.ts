import { expect, it } from '@jest/globals';
import type { GatePolicies } from '../../src/domain/approval/gate-policy.ts';
import type { TokenVerdict } from '../../src/domain/rollout/decide-message.ts';
import { openGateOf } from '../support/open-gate.ts';
import { refusalOf } from '../support/refusal.ts';
import { failure, sampleOutline } from '../support/scripted-activities.ts';
import { samplePolicy } from '../support/sample-mesh.ts';
import { tokenOf } from '../support/scripted-tokens.ts';
import { useStage } from '../support/use-stage.ts';
import type { Plot, Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('approvals');

const HOUR = { expiresSeconds: 3600 };

function begin(gates: Partial<GatePolicies>, plot: Plot = {}): Promise<Rehearsal> {
  const policy = { gates: { complete: HOUR, ...gates }, ...plot.policy };
  return stage().begin({ ...plot, policy });
}

function beginSigned(gates: Partial<GatePolicies> = {}, plot: Plot = {}): Promise<Rehearsal> {
  const policy = { approvals: { mode: 'signed' } as const, ...plot.policy };
  return begin(gates, { ...plot, policy });
}

const update = (run: Rehearsal, name: string, body: object = {}): Promise<unknown> =>
  run.handle.executeUpdate(name, { args: [body] });

/** Sends it as a signed Update. */
async function sign(
  run: Rehearsal,
  approver: Parameters<typeof tokenOf>[1],
  name: Parameters<typeof tokenOf>[2],
): Promise<unknown> {
  return update(run, name, { token: await tokenOf(run, approver, name) });
}

describeOnStage('a quorum', () => {
  it('is of different people: one and the same counts once, and who withdraws counts no more', async () => {
    const run = await begin({ complete: { ...HOUR, quorum: 2 } });
    const gate = await openGateOf(stage(), run, 'complete');

    const first = await update(run, 'approve', { by: 'ana', reason: 'green' });
    const again = await refusalOf(update(run, 'approve', { by: ' ANA ' }));
    const unnamed = await refusalOf(update(run, 'approve'));
    const { openGate } = await run.progress();
    await update(run, 'withdraw', { by: 'ana' });
    await update(run, 'approve', { by: 'ben' });
    await update(run, 'approve', { by: 'cyd' });
    const report = await run.result();

    expect(gate).toMatchObject({ quorum: 2, stillNeeded: 2, approvals: [] });
    expect(first).toMatchObject({ message: 'approval 1 of 2 of gate complete by ana: green' });
    expect(again).toMatch(/^MessageRefused: ana approved gate complete at /);
    expect(unnamed).toMatch(/^MessageRefused: gate complete needs 2 different people/);
    expect(openGate).toMatchObject({ stillNeeded: 1, approvals: [{ by: 'ana', reason: 'green' }] });
    expect(report).toMatchObject({
      outcome: 'Succeeded',
      gates: [{ name: 'complete', answer: 'approved', approvals: [{ by: 'ben' }, { by: 'cyd' }] }],
    });
  });

  it('that is not reached in time takes everything back, and tells who had approved', async () => {
    const run = await begin({ complete: { ...HOUR, quorum: 2 } });
    await openGateOf(stage(), run, 'complete');
    await update(run, 'approve', { by: 'ana' });

    const report = await run.result();

    expect(report.outcome).toBe('RolledBack');
    expect(report.cause).toMatch(/expired at .+ without enough approvals: 1 of 2, by ana$/);
    expect(report.gates).toMatchObject([{ answer: 'expired', approvals: [{ by: 'ana' }] }]);
  });
});

describeOnStage('a gate that its policy makes strict', () => {
  it('keeps whoever asked for the run from letting it go on', async () => {
    const run = await begin(
      { complete: { ...HOUR, requesterMayApprove: false } },
      { request: { requestedBy: 'ana@laptop' } },
    );
    await openGateOf(stage(), run, 'complete');

    const own = await refusalOf(update(run, 'approve', { by: 'Ana@laptop' }));
    const unnamed = await refusalOf(update(run, 'approve'));
    await update(run, 'approve', { by: 'ben@desk' });

    expect(own).toMatch(/Ana@laptop asked for this run; somebody else has to let it go on$/);
    expect(unnamed).toMatch(/say who you are/);
    expect(await run.result()).toMatchObject({ outcome: 'Succeeded', requestedBy: 'ana@laptop' });
  });

  it('asks for the plan that was seen', async () => {
    const run = await begin({ complete: { ...HOUR, planDigestRequired: true } });
    await openGateOf(stage(), run, 'complete');
    const { planDigest } = await run.progress();

    const blind = await refusalOf(update(run, 'approve'));
    await update(run, 'approve', { planDigest });

    expect(blind).toMatch(/asks for the plan that is approved/);
    expect((await run.result()).outcome).toBe('Succeeded');
  });

  it('that expires holds the run where policy says so, and opens again on retry', async () => {
    const run = await begin({ complete: { ...HOUR, onExpiry: 'halt' } });
    const first = await openGateOf(stage(), run, 'complete');
    await stage().env.sleep('2h');
    await run.reach('Halted');
    await update(run, 'retry', { reason: 'back from the weekend' });
    const second = await openGateOf(stage(), run, 'complete');
    await update(run, 'approve');

    const report = await run.result();

    expect(second.openedAt > first.openedAt).toBe(true);
    expect(second.evidenceDigest).not.toBe(first.evidenceDigest);
    expect(report).toMatchObject({
      outcome: 'Succeeded',
      gates: [{ answer: 'expired' }, { answer: 'approved' }],
    });
  });
});

describeOnStage('the other gates', () => {
  it('open before each wave, with what the run knows by then', async () => {
    const run = await begin({ wave: { ...HOUR, before: 'every' } });
    const seen = [];
    for (const name of ['wave-1', 'wave-2', 'wave-3']) {
      const gate = await openGateOf(stage(), run, name);
      seen.push(gate.evidence?.waves.map(({ id }) => id));
      expect(await run.progress()).toMatchObject({ phase: 'AwaitingWave' });
      await update(run, 'approve', { gate: name });
    }
    const { evidence } = await openGateOf(stage(), run, 'complete');
    await update(run, 'reject');
    await run.result();

    expect(seen).toEqual([[], ['wave-1'], ['wave-1', 'wave-2']]);
    expect(evidence).toMatchObject({ about: 'complete', soaks: expect.anything() });
    expect(evidence?.soaks.map(({ id, state }) => `${id} ${state}`)).toContain('soak-mesh done');
    expect(evidence?.afterwards).toContain('Remove control plane 1-25-1');
  });

  it('open before anything is touched when findings are overridden, and then at the start', async () => {
    const overridden = {
      code: 'WorkloadNotReady',
      severity: 'overridable',
      subject: 'Deployment shop/cart',
      message: 'expected 2 ready pods, found 1',
      remedy: 'wait',
      overriddenBecause: 'known slow start',
    } as const;
    const gates = { override: HOUR, start: HOUR, complete: HOUR };
    const run = await begin(gates, {
      but: {
        planUpgrade: async ({ cluster }) => ({
          kind: 'plan',
          outline: { ...sampleOutline(cluster, samplePolicy({ gates })), findings: [overridden] },
        }),
      },
    });
    const first = await openGateOf(stage(), run, 'override');
    await update(run, 'approve');
    await openGateOf(stage(), run, 'start');
    await update(run, 'reject', { by: 'ben' });

    const report = await run.result();

    expect(first.evidence?.findings).toEqual([overridden]);
    expect(report).toMatchObject({ cause: 'gate start was rejected by ben' });
    expect(run.script.calls).not.toContain('claimMesh');
  });

  it('do not open for overrides where nothing is overridden', async () => {
    const run = await begin({ override: HOUR, start: HOUR });

    expect((await openGateOf(stage(), run)).name).toBe('start');
    await update(run, 'reject');
    await run.result();
  });
});

describeOnStage('signed decisions', () => {
  it('pass a gate when two of its role have signed, and are told with their keys', async () => {
    const run = await beginSigned({ complete: { ...HOUR, quorum: 2, roles: ['admins'] } });
    await openGateOf(stage(), run, 'complete');

    const unsigned = await refusalOf(update(run, 'approve', { by: 'ana' }));
    const wrong = await refusalOf(sign(run, 'cyd', 'approve'));
    await sign(run, 'ana', 'approve');
    // As from the Temporal UI.
    await run.handle.signal('approve', { token: await tokenOf(run, 'ben', 'approve') });
    const report = await run.result();

    expect(unsigned).toMatch(/^MessageRefused: expected a signed decision, {"token":"…"}/);
    expect(wrong).toMatch(/expected one of the roles admins, cyd has on-call$/);
    expect(report.outcome).toBe('Succeeded');
    expect(report.messages).toMatchObject([
      { message: 'approve', effect: 'ignored', by: 'cyd', keyId: 'key of cyd' },
      { message: 'approve', effect: 'accepted', by: 'ana', keyId: 'key of ana' },
      { message: 'approve', effect: 'accepted', by: 'ben', keyId: 'key of ben' },
    ]);
  });

  it('count no more once the key that made them is taken out of the configuration', async () => {
    const asked: (readonly string[] | undefined)[] = [];
    const run = await beginSigned(
      { complete: { ...HOUR, quorum: 2 } },
      {
        but: {
          verifyDecision: async ({ token, earlier }) => {
            asked.push(earlier);
            const standing = (earlier ?? []).map((keyId) => ({ keyId, roles: [] }));
            return { ...(JSON.parse(token) as TokenVerdict), earlier: standing };
          },
        },
      },
    );
    await openGateOf(stage(), run, 'complete');
    await sign(run, 'ana', 'approve');
    const before = await run.progress();
    await sign(run, 'ben', 'approve');
    const after = await run.progress();
    await sign(run, 'cyd', 'reject');
    const report = await run.result();

    expect(before.openGate).toMatchObject({ stillNeeded: 1, approvals: [{ by: 'ana' }] });
    expect(asked).toEqual([undefined, ['key of ana'], ['key of ben']]);
    expect(after.openGate).toMatchObject({ stillNeeded: 1, approvals: [{ by: 'ben' }] });
    expect(report.outcome).toBe('RolledBack');
  });

  it('of another run, plan, evidence or time, and those used before, are refused each in words', async () => {
    const run = await beginSigned({ complete: { ...HOUR, quorum: 2 } });
    await openGateOf(stage(), run, 'complete');
    const send = async (changes: object): Promise<string> =>
      refusalOf(update(run, 'approve', { token: await tokenOf(run, 'ana', 'approve', changes) }));
    const token = await tokenOf(run, 'ana', 'approve');
    await update(run, 'approve', { token });
    await sign(run, 'ana', 'withdraw');

    expect(await refusalOf(update(run, 'approve', { token }))).toMatch(/was used already/);
    expect(await send({ firstRunId: 'another' })).toMatch(
      /expected the run id .+ signed for another/,
    );
    expect(await send({ clusterUid: 'another' })).toMatch(/expected the cluster uid/);
    expect(await send({ planDigest: 'sha256:older' })).toMatch(/expected the plan digest/);
    expect(await send({ evidenceDigest: 'sha256:older' })).toMatch(/expected the evidence digest/);
    expect(await send({ decision: 'reject' })).toMatch(/expected the decision approve/);
    expect(await send({ expiresAt: '2020-01-01T00:00:00.000Z' })).toMatch(/the token expired at/);
    expect(await send({ issuedAt: '2999-01-01T00:00:00.000Z' })).toMatch(/in the future/);
    expect((await run.progress()).openGate).toMatchObject({ stillNeeded: 2, approvals: [] });

    await sign(run, 'ben', 'reject');
    expect((await run.result()).outcome).toBe('RolledBack');
  });

  it('count in the order in which they came, whichever is looked at first', async () => {
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const run = await beginSigned(
      {},
      {
        but: {
          verifyDecision: async ({ token }) => {
            const verdict = JSON.parse(token) as TokenVerdict;
            if (verdict.kind === 'verified' && verdict.approver === 'ana') await held;
            return verdict;
          },
        },
      },
    );
    await openGateOf(stage(), run, 'complete');
    await run.handle.signal('reject', { token: await tokenOf(run, 'ana', 'reject') });
    await run.script.begun('verifyDecision');
    await run.handle.signal('approve', { token: await tokenOf(run, 'ben', 'approve') });
    await run.script.begun('verifyDecision', 2);
    letGo();

    const report = await run.result();

    expect(report.outcome).toBe('RolledBack');
    expect(report.messages).toMatchObject(
      [
        { message: 'reject', effect: 'accepted', by: 'ana' },
        {
          message: 'approve',
          effect: 'ignored',
          by: 'ben',
          detail: /no gate is open now|was decided/,
        },
      ].map(({ detail, ...rest }) =>
        detail === undefined ? rest : { ...rest, detail: expect.stringMatching(detail) },
      ),
    );
  });

  it('that cannot be looked at prove nothing, and the gate stays open', async () => {
    const run = await beginSigned(
      {},
      {
        but: {
          verifyDecision: async () => {
            throw failure('InvalidRequest', 'meshlift.yaml:3:1: no');
          },
        },
      },
    );
    await openGateOf(stage(), run, 'complete');

    const words = await refusalOf(sign(run, 'ana', 'approve'));

    expect(words).toMatch(
      /the token could not be looked at: meshlift.yaml:3:1: no. Send it again$/,
    );
    expect((await run.progress()).openGate?.name).toBe('complete');
    await update(run, 'rollback', { by: 'ana' });
    expect((await run.result()).cause).toBe('rollback was asked for by ana');
  });

  it('are asked for where a halted or paused run goes on, and never where it stops', async () => {
    const run = await beginSigned({ halt: { roles: ['on-call'] } });
    await openGateOf(stage(), run, 'complete');
    await update(run, 'pause', { by: 'ana', reason: 'incident' });
    const paused = await run.progress();

    const unsigned = await refusalOf(update(run, 'resume', { by: 'cyd' }));
    const wrong = await refusalOf(sign(run, 'ana', 'resume'));
    await sign(run, 'cyd', 'resume');
    await update(run, 'abort', { by: 'ana', reason: 'enough' });
    const report = await run.result();

    expect(paused.pausedBecause).toBe('incident (ana)');
    expect(unsigned).toMatch(/expected a signed decision/);
    expect(wrong).toMatch(/resume: expected one of the roles on-call, ana has admins$/);
    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: 'abort was asked for by ana: enough',
      messages: [
        { message: 'pause', by: 'ana', effect: 'accepted' },
        { message: 'resume', by: 'ana', effect: 'ignored' },
        { message: 'resume', by: 'cyd', keyId: 'key of cyd', effect: 'accepted' },
        { message: 'abort', by: 'ana', effect: 'accepted' },
      ],
    });
  });
});

describeOnStage('a signed decision that came in time', () => {
  /** Looked at only after the gate's end. */
  async function lateLook(expiresSeconds: number): Promise<Rehearsal> {
    return beginSigned(
      { complete: { expiresSeconds } },
      {
        but: {
          verifyDecision: async ({ token }) => {
            await new Promise((resolve) => setTimeout(resolve, 4000));
            return JSON.parse(token) as TokenVerdict;
          },
        },
      },
    );
  }

  it('counts though the gate ends while its token is looked at', async () => {
    const run = await lateLook(2);
    await openGateOf(stage(), run, 'complete');
    await run.handle.signal('approve', { token: await tokenOf(run, 'ana', 'approve') });

    const report = await run.result();

    expect(report).toMatchObject({
      outcome: 'Succeeded',
      messages: [{ message: 'approve', effect: 'accepted', by: 'ana' }],
      gates: [{ answer: 'approved' }],
    });
  });
});
