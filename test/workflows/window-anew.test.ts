import { expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/activity';
import { fileURLToPath } from 'node:url';
import type { NotifyRequest } from '../../src/activities/notify.ts';
import { toFailure } from '../../src/activities/failures.ts';
import { outsideWindow } from '../../src/activities/time/window-guard.ts';
import type { WaveCheckpoint } from '../../src/activities/restart/wave-checkpoint.ts';
import type { ClosedWindow, WindowVerdict } from '../../src/domain/time/maintenance-window.ts';
import type { PlanOutline } from '../../src/domain/planning/plan.ts';
import type { PolicyWindows } from '../../src/domain/policy.ts';
import { flood, historiesOf } from '../support/full-histories.ts';
import { samplePolicy } from '../support/sample-mesh.ts';
import { sampleOutline } from '../support/scripted-activities.ts';
import { useLocalStage } from '../support/use-stage.ts';
import type { Plot, Rehearsal } from '../support/workflow-stage.ts';

const SHORT = fileURLToPath(new URL('../support/short-histories-in-windows.ts', import.meta.url));
const { describeOnStage, stage } = useLocalStage('windows in short histories', {
  workflowsPath: SHORT,
});

const CLOSED: ClosedWindow = {
  kind: 'closed',
  because: 'no window is open (nights: tue at 22:00 UTC for 4 h)',
  opensAt: '2026-11-24T22:00:00.000Z',
};
const FROZEN: ClosedWindow = { kind: 'closed', because: 'freeze "incident-12" until …' };
const OPS = {
  name: 'ops',
  kind: 'slack',
  url: { kind: 'given', url: 'https://x.org' },
  tls: 'required',
  events: ['window-waiting'],
} as const;
const WAVES: PolicyWindows = { dataPlane: ['nights'], compensation: 'always' };

/** As little as there is to wait for: a control plane and one wave, and nobody is asked at the end. */
function shortPlan(cluster: string, windows: PolicyWindows | undefined): PlanOutline {
  const policy = samplePolicy(windows === undefined ? {} : { windows });
  const outline = sampleOutline(cluster, policy);
  const steps = outline.steps.filter(
    ({ id, kind }) => kind === 'snapshot' || kind === 'install-control-plane' || id === 'wave-1',
  );
  return { ...outline, steps };
}

/** A run on a cluster whose window a test opens and closes. */
class Times {
  verdict: WindowVerdict = CLOSED;
  readonly heard: NotifyRequest[] = [];
  /** What each restart of the first wave was given, and whether it was let. */
  readonly given: (WaveCheckpoint | undefined)[] = [];

  private assertOpen(): void {
    if (this.verdict.kind === 'closed') throw toFailure(outsideWindow(this.verdict));
  }

  begin(windows: PolicyWindows | undefined, but: Plot['but'] = {}): Promise<Rehearsal> {
    return stage().begin({
      notifications: [OPS],
      but: {
        planUpgrade: async ({ cluster: name }) => ({
          kind: 'plan',
          outline: shortPlan(name, windows),
        }),
        checkWindow: async () => this.verdict,
        awaitWindow: async ({ seen }) => {
          const { verdict } = this;
          if (verdict.kind === 'open' || verdict.because !== seen.because) return verdict;
          throw ApplicationFailure.create({
            type: 'StillWatching',
            message: 'closed',
            nextRetryDelay: '200 milliseconds',
          });
        },
        undoStep: async ({ window }) => {
          if (window !== undefined) this.assertOpen();
          return { reverted: 1, foreign: [] };
        },
        notify: async (request) => {
          this.heard.push(request);
        },
        ...but,
      },
    });
  }

  /** Half of the first wave, then a freeze; the rest once it is over. */
  readonly halves: Plot['but'] = {
    checkWindow: async () => ({ kind: 'open' }),
    restartWorkloads: async ({ checkpoint }) => {
      const counts = { total: 2, begun: {} };
      if (checkpoint === undefined) {
        this.given.push(undefined);
        this.verdict = FROZEN;
        return { ...counts, finished: false, done: 1, pods: 2, outside: FROZEN };
      }
      this.assertOpen();
      this.given.push(checkpoint);
      return { ...counts, finished: true, done: 2, pods: 4 };
    },
  };
}

/** While it waits, its history becomes full, and it waits in the next one. */
async function waitAnew(run: Rehearsal): Promise<void> {
  await run.reach('WaitingForWindow');
  const before = (await historiesOf(stage(), run)).length;
  await flood(stage(), run);
  await run.reach('WaitingForWindow');
  expect((await historiesOf(stage(), run)).length).toBeGreaterThan(before);
}

async function outcomeOf(run: Rehearsal): Promise<string> {
  return (await run.result()).outcome;
}

const calls = ({ script }: Rehearsal, what: string): readonly string[] =>
  script.calls.filter((call) => call === what);

describeOnStage('a run that waits for a window as its history becomes full', () => {
  it('begins nothing before the window opens, and tells people once', async () => {
    const times = new Times();
    const run = await times.begin(WAVES);

    await waitAnew(run);
    const { waitingFor, phase } = await run.progress();
    const early = calls(run, 'applyStep wave-1');
    times.verdict = { kind: 'open' };

    expect(await outcomeOf(run)).toBe('Succeeded');
    expect({ phase, waitingFor }).toEqual({
      phase: 'WaitingForWindow',
      waitingFor: `${CLOSED.because}; opens at ${CLOSED.opensAt}`,
    });
    expect(early).toEqual([]);
    expect(calls(run, 'applyStep wave-1')).not.toEqual([]);
    expect(times.heard.map(({ event }) => event.kind)).toEqual(['window-waiting']);
  });

  it('tells people again when it has to wait once more', async () => {
    const times = new Times();
    const run = await times.begin(
      { controlPlane: ['nights'], ...WAVES },
      {
        applyStep: async ({ step }) => {
          if (step === 'control-plane') times.verdict = CLOSED;
          return { objects: 3 };
        },
      },
    );

    await waitAnew(run);
    times.verdict = { kind: 'open' };
    await run.script.begun('applyStep control-plane');
    await waitAnew(run);
    times.verdict = { kind: 'open' };

    expect(await outcomeOf(run)).toBe('Succeeded');
    expect(times.heard).toHaveLength(2);
  });

  it('amid a wave keeps how far it was, under a freeze as well', async () => {
    const times = new Times();
    times.verdict = { kind: 'open' };
    const run = await times.begin(undefined, times.halves);

    await waitAnew(run);
    const { waitingFor } = await run.progress();
    const early = times.given.length;
    times.verdict = { kind: 'open' };

    expect(await outcomeOf(run)).toBe('Succeeded');
    expect(waitingFor).toBe(FROZEN.because);
    expect(early).toBe(1);
    expect(times.given).toEqual([undefined, expect.objectContaining({ done: 1, total: 2 })]);
    expect(calls(run, 'applyStep wave-1')).toHaveLength(1);
    expect(times.heard).toHaveLength(1);
  });

  it('stays paused across an opening', async () => {
    const times = new Times();
    const run = await times.begin(WAVES);
    await waitAnew(run);

    await run.handle.executeUpdate('pause', { args: [{ reason: 'incident', by: 'ana' }] });
    await run.reach('Paused');
    await flood(stage(), run);
    const paused = await run.reach('Paused');
    times.verdict = { kind: 'open' };
    await run.handle.signal('windowOpened', { window: 'nights' });
    await stage().env.sleep('2s');
    const { phase } = await run.progress();
    const early = calls(run, 'applyStep wave-1');
    await run.handle.executeUpdate('resume', { args: [{}] });

    expect(await outcomeOf(run)).toBe('Succeeded');
    expect(paused.pausedBecause).toBe('incident (ana)');
    expect({ phase, early }).toEqual({ phase: 'Paused', early: [] });
  });

  it('takes the decision that comes as one history ends', async () => {
    const times = new Times();
    const run = await times.begin(WAVES);
    await run.reach('WaitingForWindow');

    // The history is full before the last of them is sent.
    for (let count = 0; count < 30; count += 1) await run.handle.signal('retry', {});
    await run.handle.signal('rollback', { reason: 'not now', by: 'ana' });

    const report = await run.result();
    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: 'rollback was asked for by ana: not now',
    });
    expect(calls(run, 'applyStep wave-1')).toEqual([]);
  });

  it('takes back no step before its window where the policy has that wait, and each once', async () => {
    const times = new Times();
    const run = await times.begin({ ...WAVES, compensation: 'window' });
    await run.reach('WaitingForWindow');
    await run.handle.executeUpdate('rollback', { args: [{ reason: 'not this week' }] });

    await waitAnew(run);
    const early = run.script.calls.filter((call) => call.startsWith('undoStep'));
    times.verdict = { kind: 'open' };
    const report = await run.result();

    expect(early).toEqual([]);
    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true, remaining: [] });
    expect(calls(run, 'undoStep control-plane')).toHaveLength(1);
    expect(times.heard.length).toBe(2);
  });
});
