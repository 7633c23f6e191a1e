import { expect, it } from '@jest/globals';
import type { UpgradeReport } from '../../src/domain/report.ts';
import { DIGEST } from '../support/scripted-activities.ts';
import { openGateOf } from '../support/open-gate.ts';
import { refusalOf } from '../support/refusal.ts';
import { useStage } from '../support/use-stage.ts';
import type { Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('gates');

async function atGate(): Promise<Rehearsal> {
  const run = await stage().begin();
  await run.reach('AwaitingCompletion');
  return run;
}

/** Ends a run so that the next test's time is its own. */
async function rejectNow(run: Rehearsal): Promise<UpgradeReport> {
  await run.handle.executeUpdate('reject', { args: [{}] });
  return run.result();
}

function undone(run: Rehearsal): readonly string[] {
  return run.script.calls.filter((call) => call.startsWith('undoStep'));
}

/** Everything that began before the gate and can be undone, newest first. */
const ALL_UNDONE = ['wave-3', 'wave-2', 'wave-1', 'control-plane'].map(
  (step) => `undoStep ${step}`,
);

describeOnStage('the gate before the removal', () => {
  it.each([
    ['an Update', async (run: Rehearsal) => run.handle.executeUpdate('approve', { args: [{}] })],
    [
      'an Update without an argument',
      async (run: Rehearsal) => run.handle.executeUpdate('approve'),
    ],
    ['a signal', async (run: Rehearsal) => run.handle.signal('approve', {})],
    ['a signal without an argument', async (run: Rehearsal) => run.handle.signal('approve')],
    ['a signal with null', async (run: Rehearsal) => run.handle.signal('approve', null)],
  ])('is passed by %s', async (_what, approve) => {
    const run = await atGate();
    await approve(run);

    expect(await run.result()).toMatchObject({
      outcome: 'Succeeded',
      messages: [{ message: 'approve', effect: 'accepted', detail: 'gate complete approved' }],
    });
  });

  it('is passed by a decision that names gate and plan', async () => {
    const run = await atGate();

    const answer = await run.handle.executeUpdate('approve', {
      args: [{ gate: 'complete', planDigest: DIGEST, reason: 'ok', token: 'any' }],
    });

    expect(answer).toEqual({ accepted: true, message: 'gate complete approved: ok' });
    expect((await run.result()).outcome).toBe('Succeeded');
  });

  it.each([
    [
      'an Update',
      async (run: Rehearsal) =>
        run.handle.executeUpdate('reject', { args: [{ reason: 'errors' }] }),
    ],
    ['a signal', async (run: Rehearsal) => run.handle.signal('reject', { reason: 'errors' })],
  ])('refused by %s undoes everything, newest first', async (_what, reject) => {
    const run = await atGate();
    await reject(run);

    const report = await run.result();

    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: 'gate-complete: gate complete was rejected: errors',
      restored: true,
      differences: [],
      remaining: [],
    });
    expect(undone(run)).toEqual(ALL_UNDONE);
    expect(run.script.calls.slice(-2)).toEqual(['proveRestored', 'finishRun']);
  });

  it('that nobody answers expires after its hour and undoes everything', async () => {
    const run = await atGate();
    const { openGate } = await run.progress();

    const report = await run.result();

    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: `gate-complete: gate complete expired at ${openGate?.until ?? ''} without a decision`,
    });
    expect(undone(run)).toEqual(ALL_UNDONE);
    expect(Date.parse(report.endedAt ?? '')).toBeGreaterThanOrEqual(
      Date.parse(openGate?.until ?? ''),
    );
  });
});

describeOnStage('a decision without its gate', () => {
  it('is refused as an Update and noted as a signal, and does not count later', async () => {
    const run = await stage().begin();
    await run.script.begun('watchHealth');

    const refusal = await refusalOf(run.handle.executeUpdate('approve', { args: [{}] }));
    await run.handle.signal('approve', { reason: 'in advance' });
    const { openGate } = await run.reach('AwaitingCompletion');
    const report = await rejectNow(run);

    expect(refusal).toBe('MessageRefused: no gate is open now');
    expect(openGate?.name).toBe('complete');
    expect(report.outcome).toBe('RolledBack');
    expect(report.messages).toMatchObject([
      { message: 'approve', effect: 'ignored', detail: 'no gate is open now' },
      { message: 'reject', effect: 'accepted' },
    ]);
  });

  it.each([
    [
      'another plan',
      { planDigest: `sha256:${'e'.repeat(64)}` },
      /^MessageRefused: expected the digest of this run's plan/,
    ],
    [
      'another gate',
      { gate: 'start' },
      /^MessageRefused: expected gate complete, which is the open one, found start$/,
    ],
  ])('that names %s is refused, and the gate stays open', async (_what, decision, words) => {
    const run = await atGate();

    expect(await refusalOf(run.handle.executeUpdate('approve', { args: [decision] }))).toMatch(
      words,
    );
    await run.handle.signal('approve', decision);

    expect(await run.progress()).toMatchObject({ openGate: { name: 'complete' } });
    expect(await rejectNow(run)).toMatchObject({
      outcome: 'RolledBack',
      messages: [
        { message: 'approve', effect: 'ignored' },
        { message: 'reject', effect: 'accepted' },
      ],
    });
  });

  it('is refused while the run rolls back', async () => {
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const run = await stage().begin({
      but: {
        undoStep: async () => {
          await held;
          return { reverted: 0, foreign: [] };
        },
      },
    });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('reject', { args: [{}] });
    await run.script.begun('undoStep wave-3');

    const refusal = await refusalOf(run.handle.executeUpdate('approve', { args: [{}] }));
    letGo();

    expect(refusal).toBe('MessageRefused: no gate is open now');
    expect((await run.result()).outcome).toBe('RolledBack');
  });
});

describeOnStage('what a person typed wrong', () => {
  const MALFORMED: readonly (readonly [string, unknown])[] = [
    ['a text', 'yes'],
    ['a number', 1],
    ['a boolean', true],
    ['a list', [{}]],
    ['an unknown member', { approve: true }],
    ['a reason that is no text', { reason: 1 }],
    ['a reason that is null', { reason: null }],
    ['a nested reason', { reason: { text: 'x' } }],
    ['a reason of five thousand letters', { reason: 'x'.repeat(5000) }],
    ['leave that is a text', { leave: 'true' }],
    ['a member called __proto__', JSON.parse('{"__proto__": {"reason": "x"}}')],
  ];

  it('is refused in every shape, by Update and by signal, and harms nothing', async () => {
    const run = await atGate();
    for (const [, payload] of MALFORMED) {
      const words = await refusalOf(run.handle.executeUpdate('approve', { args: [payload] }));
      expect(words).toMatch(
        /^MessageRefused: (expected one JSON object|unknown or malformed member)/,
      );
      await run.handle.signal('approve', payload);
    }

    expect(await run.progress()).toMatchObject({ phase: 'AwaitingCompletion' });
    const report = await rejectNow(run);
    expect(report.messages.map(({ message, effect }) => `${message} ${effect}`)).toEqual([
      ...MALFORMED.map(() => 'approve ignored'),
      'reject accepted',
    ]);
  });

  it('is refused by every message', async () => {
    const run = await atGate();
    const messages = ['approve', 'reject', 'rollback', 'abort', 'pause', 'resume', 'retry', 'skip'];

    for (const message of messages) {
      expect(await refusalOf(run.handle.executeUpdate(message, { args: ['now'] }))).toBe(
        'MessageRefused: expected one JSON object such as {}, found "now"',
      );
    }

    expect((await rejectNow(run)).outcome).toBe('RolledBack');
  });
});

/** All that reads; what is known at a gate is digested, and kept nowhere yet. */
const BEFORE_ANYTHING = ['resolveRequest', 'identifyCluster', 'planUpgrade', 'keepEvidence'];

describeOnStage('a gate at the start, where policy asks for one', () => {
  const policy = { gates: { start: { expiresSeconds: 600 }, complete: { expiresSeconds: 3600 } } };

  it('is asked before the mesh is claimed, and passed by an approval', async () => {
    const run = await stage().begin({ policy });
    const { openGate } = await run.reach('AwaitingStart');
    const before = [...run.script.calls];
    await run.handle.executeUpdate('approve', { args: [{ gate: 'start' }] });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{ gate: 'complete' }] });

    const report = await run.result();

    expect(openGate?.name).toBe('start');
    expect(before).toEqual(BEFORE_ANYTHING);
    expect(report.outcome).toBe('Succeeded');
  });

  it.each([
    [
      'rejected',
      async (run: Rehearsal) => void (await run.handle.executeUpdate('reject', { args: [{}] })),
      'gate start was rejected',
    ],
    ['left to expire', async () => undefined, /^gate start expired at .+ without a decision$/],
  ])('%s, nothing was touched and nothing is undone', async (_what, act, cause) => {
    const run = await stage().begin({ policy });
    await run.reach('AwaitingStart');
    await act(run);

    const report = await run.result();

    expect(report.outcome).toBe('RolledBack');
    expect(report.cause).toEqual(cause instanceof RegExp ? expect.stringMatching(cause) : cause);
    expect(run.script.calls).toEqual(BEFORE_ANYTHING);
  });

  it('is asked again when the mesh changed since the plan', async () => {
    let claims = 0;
    const run = await stage().begin({
      policy,
      but: {
        claimMesh: async () => {
          claims += 1;
          return { kind: claims === 1 ? 'changed' : 'claimed' };
        },
      },
    });
    await run.reach('AwaitingStart');
    await run.handle.executeUpdate('approve', { args: [{}] });
    await run.script.begun('keepEvidence', 2);

    await openGateOf(stage(), run);
    await run.handle.executeUpdate('reject', { args: [{}] });

    expect((await run.result()).outcome).toBe('RolledBack');
    expect(run.script.calls.filter((call) => call === 'claimMesh')).toHaveLength(1);
  });
});
