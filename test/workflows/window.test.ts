import { afterAll, expect, it, jest } from '@jest/globals';
import type { MaintenanceWindow } from '../../src/domain/time/maintenance-window.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { isInNights, NIGHTS } from '../support/nights.ts';
import { printFigure } from '../support/print-figure.ts';
import { sampleOutline } from '../support/scripted-activities.ts';
import { samplePolicy } from '../support/sample-mesh.ts';
import { createTimedCluster, type TimedCluster } from '../support/timed-activities.ts';
import { useStage } from '../support/use-stage.ts';
import type { Plot, Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('windows');
// Weeks go by in many looks.
jest.setTimeout(180_000);

const WAVES = { windows: { dataPlane: ['nights'], compensation: 'always' } } as const;
/** A Monday. */
const MONDAY = '2026-11-23T12:00:00Z';
const DAY_MS = 86_400_000;
const WITHIN_FIRST = expect.stringMatching(/^2026-11-24T22:/) as unknown;

/** Every change of workloads that these nights, or a freeze, are to hold back. */
const held: { readonly cluster: TimedCluster; readonly inNights: boolean }[] = [];

let daysOfRuns = 0;

interface Play {
  readonly policy: Partial<Policy>;
  readonly begin?: string;
  readonly windows?: readonly MaintenanceWindow[];
  readonly hoursOf?: Readonly<Record<string, number>>;
  /** What a wave is thought to take. */
  readonly waveSeconds?: number;
  readonly but?: Plot['but'];
}

async function begin({
  policy,
  begin: first = MONDAY,
  windows = [NIGHTS],
  hoursOf = {},
  waveSeconds,
  but,
}: Play): Promise<{ readonly run: Rehearsal; readonly cluster: TimedCluster }> {
  const cluster = await createTimedCluster(stage(), { begin: first, windows, hoursOf });
  held.push({ cluster, inNights: policy.windows !== undefined && windows[0] === NIGHTS });
  const soakSeconds = { controlPlane: 20, wave: 20, mesh: 20 };
  const inForce = samplePolicy({ soakSeconds, pruneGraceSeconds: 5, ...policy });
  const run = await stage().begin({
    policy,
    but: {
      ...cluster.activities,
      ...but,
      planUpgrade: async ({ cluster: name }) => {
        const outline = sampleOutline(name, inForce);
        // Nobody is asked at the end: time is let pass by waiting for it.
        const steps = outline.steps
          .filter(({ kind }) => kind !== 'gate')
          .map((step) =>
            step.kind === 'wave' && waveSeconds !== undefined
              ? { ...step, estimateSeconds: waveSeconds }
              : step,
          );
        return { kind: 'plan', outline: { ...outline, steps } };
      },
    },
  });
  return { run, cluster };
}

/** Lets time pass until the run has ended; says how. */
async function finish(run: Rehearsal): Promise<string> {
  const { outcome, startedAt, endedAt } = await run.result();
  daysOfRuns += (Date.parse(endedAt ?? '') - Date.parse(startedAt)) / DAY_MS;
  return outcome;
}

/** `wave-1 2026-11-24T22:00`, without what the waves are not. */
function ofWaves({ changes }: TimedCluster): readonly string[] {
  return changes.filter(({ what }) => what.includes('wave')).map(({ what, at }) => `${what} ${at}`);
}

afterAll(() => {
  if (held.length === 0) return;
  const changes = held
    .filter(({ inNights }) => inNights)
    .flatMap(({ cluster }) => ofWaves(cluster).map((each) => each.split(' ').at(-1) ?? ''));
  expect(changes.length).toBeGreaterThan(10);
  const outside = changes.filter((at) => !isInNights(at));
  printFigure('days that runs lasted in tests of windows', daysOfRuns.toFixed(1));
  printFigure('changes of workloads in tests of windows', changes.length);
  printFigure('those of them out of their windows', outside.length);
  expect(outside).toEqual([]);
});

describeOnStage('a window that policy asks for', () => {
  it('is waited for before a wave, while what needs none goes on', async () => {
    const { run, cluster } = await begin({ policy: WAVES });

    const parked = await run.reach('WaitingForWindow');
    const before = cluster.changes.map(({ what }) => what);

    expect(parked.waitingFor).toBe(
      'no window is open (nights: tue, thu at 22:00 UTC for 4 h); opens at 2026-11-24T22:00:00.000Z',
    );
    expect(parked.steps.find(({ id }) => id === 'wave-1')?.state).toBe('pending');
    expect(before).toEqual(['crds', 'control-plane']);
    expect(await finish(run)).toBe('Succeeded');
    const [selectors, restarts] = ofWaves(cluster);
    expect(selectors).toMatch(/^wave-1 2026-11-24T22:/);
    expect(restarts).toMatch(/^restart wave-1 2026-11-24T22:/);
  });

  it('closes amid a wave: it parks, and goes on in the next from where it was', async () => {
    const { run, cluster } = await begin({ policy: WAVES, hoursOf: { 'wave-2': 10 } });

    const outcome = await finish(run);

    expect(outcome).toBe('Succeeded');
    const [first, again] = ofWaves(cluster).filter((each) => each.startsWith('restart wave-2'));
    expect(first).toMatch(/^restart wave-2 2026-11-24T22:/);
    expect(again).toMatch(/^restart wave-2 2026-11-26T22:/);
    const selectors = ofWaves(cluster).filter((each) => each.startsWith('wave-2'));
    expect(selectors).toHaveLength(1);
  });

  it('is needed before the mesh is taken where the first change needs it', async () => {
    const { run, cluster } = await begin({
      policy: { windows: { prepare: ['nights'], compensation: 'always' } },
    });

    await run.reach('WaitingForWindow');
    const calls = [...run.script.calls];
    const outcome = await finish(run);

    expect(calls).toContain('planUpgrade');
    expect(calls).not.toContain('claimMesh');
    expect(cluster.changes[0]).toEqual({ what: 'crds', at: WITHIN_FIRST });
    expect(outcome).toBe('Succeeded');
  });

  it('has to be long enough for what is begun in it', async () => {
    const late = { policy: WAVES, begin: '2026-11-25T00:30:00Z' } as const;
    const short = await begin({ ...late, waveSeconds: 600 });
    const before = await finish(short.run);
    const long = await begin({ ...late, waveSeconds: 7200 });

    const parked = await long.run.reach('WaitingForWindow');

    expect(before).toBe('Succeeded');
    expect(ofWaves(short.cluster)[0]).toMatch(/^wave-1 2026-11-25T00:3/);
    expect(parked.waitingFor).toMatch(/^what takes 120 min would not end before 2026-11-25T02:00/);
    expect(await finish(long.run)).toBe('Succeeded');
    expect(ofWaves(long.cluster)[0]).toMatch(/^wave-1 2026-11-26T22:/);
  });

  it('opens after the gap in the night in which the clocks go forward', async () => {
    const berlin = {
      ...NIGHTS,
      timeZone: 'Europe/Berlin',
      rule: { kind: 'daily', every: 1 },
      start: '02:30',
      durationSeconds: 3600,
    } as const;
    const { run, cluster } = await begin({
      policy: WAVES,
      windows: [berlin],
      begin: '2027-03-27T12:00:00Z',
    });

    expect(await finish(run)).toBe('Succeeded');

    expect(ofWaves(cluster)[0]).toMatch(/^wave-1 2027-03-28T01:/);
  });

  it('may open by word of a schedule: the run looks again at once', async () => {
    const { run, cluster } = await begin({ policy: WAVES });
    await run.reach('WaitingForWindow');
    const looks = (): number => run.script.calls.filter((call) => call === 'checkWindow').length;
    const before = looks();

    cluster.pass(34);
    await run.handle.signal('windowOpened', { window: 'nights' });
    await run.script.begun('restartWorkloads wave-1');

    expect(looks()).toBeGreaterThan(before);
    expect(ofWaves(cluster)[0]).toMatch(/^wave-1 2026-11-24T22:0/);
    expect(await finish(run)).toBe('Succeeded');
  });
});

describeOnStage('a freeze that is added while a run is under way', () => {
  const FREEZE = {
    name: 'incident',
    from: Date.parse('2026-11-23T00:00:00Z'),
    to: Date.parse('2026-12-07T13:00:00Z'),
    reason: 'incident 4711',
  };

  it('holds the next change back for weeks, though no window is asked for', async () => {
    const { run, cluster } = await begin({ policy: {} });
    await run.reach('Soaking');
    cluster.freezes = [FREEZE];

    const parked = await run.reach('WaitingForWindow');

    expect(parked.waitingFor).toBe(
      'freeze "incident" until 2026-12-07T13:00:00.000Z: incident 4711; opens at 2026-12-07T13:00:00.000Z',
    );
    expect(await finish(run)).toBe('Succeeded');
    const [first = ''] = ofWaves(cluster);
    expect(first).toMatch(/^wave-1 2026-12-07T1[34]:/);
    const days = (Date.parse(`${first.slice('wave-1 '.length)}Z`) - Date.parse(MONDAY)) / DAY_MS;
    printFigure('days for which a freeze held a run back', days.toFixed(1));
  });

  it('ends early when somebody takes it away', async () => {
    const { run, cluster } = await begin({ policy: {} });
    await run.reach('Soaking');
    cluster.freezes = [FREEZE];
    await run.reach('WaitingForWindow');

    await stage().env.sleep('30 hours');
    cluster.freezes = [];
    await stage().env.sleep('7 hours');

    expect(await finish(run)).toBe('Succeeded');
    expect(ofWaves(cluster)[0]).toMatch(/^wave-1 2026-11-2(4T(1[89]|2\d)|5T00):/);
  });

  it('is told as the reason in place of the window once it is', async () => {
    const { run, cluster } = await begin({ policy: WAVES });
    await run.reach('WaitingForWindow');

    cluster.freezes = [FREEZE];
    await stage().env.sleep('7 hours');

    expect((await run.progress()).waitingFor).toBe(
      'freeze "incident" until 2026-12-07T13:00:00.000Z: incident 4711; opens at 2026-12-08T22:00:00.000Z',
    );
    expect(await finish(run)).toBe('Succeeded');
    expect(ofWaves(cluster)[0]).toMatch(/^wave-1 2026-12-08T22:/);
  });
});

describeOnStage('a run that waits for its window', () => {
  it('is taken back at once, outside of every window', async () => {
    const { run, cluster } = await begin({ policy: WAVES });
    await run.reach('WaitingForWindow');

    await run.handle.executeUpdate('rollback', { args: [{ reason: 'not this week' }] });

    expect((await run.result()).outcome).toBe('RolledBack');
    const undone = cluster.changes.filter(({ what }) => what.startsWith('undo'));
    expect([...new Set(undone.map(({ what }) => what))]).toEqual(['undo control-plane']);
    expect(undone[0]?.at).toMatch(/^2026-11-23T12:/);
  });

  it('is taken back in a window where its policy wants that', async () => {
    const { run, cluster } = await begin({
      policy: { windows: { dataPlane: ['nights'], compensation: 'window' } },
    });
    await run.reach('WaitingForWindow');

    await run.handle.executeUpdate('rollback', { args: [{}] });

    expect((await run.result()).outcome).toBe('RolledBack');
    const undone = cluster.changes.filter(({ what }) => what.startsWith('undo'));
    expect(undone[0]).toEqual({ what: 'undo control-plane', at: WITHIN_FIRST });
  });

  it('is paused across an opening, and waits for the next one then', async () => {
    const { run, cluster } = await begin({ policy: WAVES });
    await run.reach('WaitingForWindow');

    await run.handle.executeUpdate('pause', { args: [{ reason: 'incident' }] });
    const paused = await run.reach('Paused');
    await stage().env.sleep('2 days');
    await run.handle.executeUpdate('resume', { args: [{}] });

    expect(paused.pausedBecause).toBe('incident');
    expect(await finish(run)).toBe('Succeeded');
    expect(ofWaves(cluster)[0]).toMatch(/^wave-1 2026-11-26T22:/);
  });

  it('moves workloads again, and says so, once it is resumed amid a wave', async () => {
    const during: string[] = [];
    const { run, cluster } = await begin({
      policy: WAVES,
      begin: '2026-11-24T22:30:00Z',
      hoursOf: { 'wave-1': 10 },
      but: {
        takeWaveCensus: async ({ step }) => {
          during.push((await run.progress()).phase);
          return { id: step, namespaces: [], workloads: 1, onTarget: 1, pods: 2 };
        },
      },
    });
    await run.reach('WaitingForWindow');
    await run.handle.executeUpdate('pause', { args: [{ reason: 'incident' }] });
    await run.reach('Paused');
    cluster.pass(43);
    await run.handle.executeUpdate('resume', { args: [{}] });

    expect(await finish(run)).toBe('Succeeded');
    expect(during[0]).toBe('MovingWorkloads');
  });

  it('is left as it stands by an abort that says so', async () => {
    const { run, cluster } = await begin({ policy: WAVES });
    await run.reach('WaitingForWindow');

    await run.handle.executeUpdate('abort', { args: [{ leave: true }] });

    expect((await run.result()).outcome).toBe('Halted');
    expect(ofWaves(cluster)).toEqual([]);
  });
});
