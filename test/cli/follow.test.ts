import { describe, expect, it } from '@jest/globals';
import { describeChanges } from '../../src/cli/follow/describe-changes.ts';
import type { Display } from '../../src/cli/follow/display.ts';
import { describeNeed, needOf } from '../../src/cli/follow/person-needed.ts';
import { createPlainDisplay } from '../../src/cli/follow/plain-display.ts';
import { fitGroups, groupSteps } from '../../src/cli/follow/step-groups.ts';
import type { Progress } from '../../src/domain/progress.ts';
import { buildProgress, buildReport, buildStep } from './support/examples.ts';

describe('what changed since the last look', () => {
  it('tells everything of a run that has just begun, and nothing when nothing changed', () => {
    const progress = buildProgress({ steps: [buildStep('snapshot', 'snapshot', 'done')] });

    expect(describeChanges(undefined, progress)).toEqual([
      'phase: MovingWorkloads',
      'snapshot: done: do snapshot',
    ]);
    expect(describeChanges(progress, progress)).toEqual([]);
  });

  it('tells counts at every quarter only', () => {
    const at = (done: number): ReturnType<typeof buildProgress> =>
      buildProgress({ current: { step: 'wave-1', done, total: 100 } });

    expect(describeChanges(at(10), at(20))).toEqual([]);
    expect(describeChanges(at(20), at(26))).toEqual(['wave-1: 26/100']);
    expect(describeChanges(at(99), at(100))).toEqual(['wave-1: 100/100']);
  });

  it('tells of a wave what moves, how fast, and how long that may take', () => {
    const current = {
      step: 'wave-1',
      done: 26,
      total: 100,
      moving: 4,
      podsPerMinute: 120,
      podsLeft: 240,
    };

    expect(describeChanges(buildProgress(), buildProgress({ current }))).toEqual([
      'wave-1: 26/100, 4 moving, 120 pods/min, about 2m00s left',
    ]);
  });

  it('tells of the control plane each pod that comes or goes', () => {
    const pods = { revision: '1-26-1', version: '1.26.1', ready: 1, starting: 1, terminating: 0 };
    const old = { revision: '1-25-1', version: '1.25.1', ready: 0, starting: 0, terminating: 2 };
    const at = (ready: number): Progress =>
      buildProgress({
        current: {
          step: 'verify-control-plane',
          done: ready,
          total: 8,
          controlPlane: [old, { ...pods, ready }],
        },
      });

    expect(describeChanges(buildProgress(), at(1))).toEqual([
      'verify-control-plane: 1/8, istiod 1.25.1: 2 terminating; istiod 1.26.1: 1 ready, 1 starting',
    ]);
    expect(describeChanges(at(0), at(1))).toHaveLength(1);
    expect(describeChanges(at(1), at(1))).toEqual([]);
  });

  it('tells once what holds a wave when nothing moves any more', () => {
    const held = ['budget shop/cart lets no more pods go'];
    const at = (moving: number): Progress =>
      buildProgress({ current: { step: 'wave-1', done: 1, total: 100, moving, held } });

    expect(describeChanges(at(2), at(2))).toEqual([]);
    expect(describeChanges(buildProgress(), at(0))).toEqual([
      'wave-1: held: budget shop/cart lets no more pods go',
    ]);
    expect(describeChanges(at(0), at(0))).toEqual([]);
  });

  it('tells what is waited for without anything that a terminal obeys', () => {
    const lines = describeChanges(
      buildProgress(),
      buildProgress({ waitingFor: 'a\u001b[2J person' }),
    );

    expect(lines).toEqual(['waiting for: a[2J person']);
  });
});

/** A display and what it said, without the times. */
function listen(isNew: boolean): { readonly display: Display; readonly said: () => string[] } {
  const lines: string[] = [];
  const now = (): Date => new Date('2026-11-21T10:00:00Z');
  const display = createPlainDisplay({ say: (line) => lines.push(line) }, { isNew, now });
  const said = (): string[] =>
    lines.splice(0).map((line) => line.replace(/^2026-11-21 10:00:00Z /, ''));
  return { display, said };
}

describe('lines for logs and pipes', () => {
  const done = buildStep('snapshot', 'snapshot', 'done');
  const begun = buildStep('wave-1', 'wave', 'begun');
  const pending = buildStep('verify', 'verify-mesh');

  it('tell the steps that a rollback took back when the run ends', () => {
    const { display, said } = listen(false);

    display.show(buildProgress({ steps: [buildStep('wave-1', 'wave', 'undoing')] }));
    said();
    display.stop(buildReport({ steps: [buildStep('wave-1', 'wave', 'undone')] }));

    expect(said()).toEqual(['phase: Ended', 'wave-1: undone: do wave-1']);
  });

  it('tell every step of a run that this command has started', () => {
    const { display, said } = listen(true);

    display.show(buildProgress({ steps: [done, begun, pending] }));

    expect(said()).toEqual([
      'phase: MovingWorkloads',
      'snapshot: done: do snapshot',
      'wave-1: begun: do wave-1',
    ]);
  });

  it('count what was over before anybody looked, and tell it never again', () => {
    const { display, said } = listen(false);

    display.show(buildProgress({ steps: [done, begun, pending] }));
    expect(said()).toEqual([
      'phase: MovingWorkloads',
      'so far: 1 of 3 steps done',
      'wave-1: begun: do wave-1',
    ]);

    display.show(buildProgress({ steps: [done, { ...begun, state: 'done' }, pending] }));
    expect(said()).toEqual(['wave-1: done: do wave-1']);
  });

  it('count what was skipped and undone apart, and name what failed', () => {
    const { display, said } = listen(false);
    const steps = [
      done,
      buildStep('wave-1', 'wave', 'undone'),
      buildStep('wave-2', 'wave', 'undone'),
      buildStep('gate', 'gate', 'skipped'),
      buildStep('default', 'move-default', 'failed'),
    ];

    display.show(buildProgress({ phase: 'Halted', steps }));

    expect(said()).toEqual([
      'phase: Halted',
      'so far: 1 of 5 steps done, 1 skipped, 2 undone',
      'default: failed: do default',
    ]);
  });
});

describe('counts for logs and pipes', () => {
  const begun = buildStep('wave-1', 'wave', 'begun');

  it('are told once, although a pause takes them away for a while', () => {
    const { display, said } = listen(true);
    const steps = [begun];
    const at = (count: number): Progress =>
      buildProgress({ steps, current: { step: 'wave-1', done: count, total: 100 } });

    display.show(at(50));
    display.show(buildProgress({ phase: 'Paused', steps, pausedBecause: 'lunch' }));
    said();
    display.show(at(50));
    display.show(at(80));

    expect(said()).toEqual(['phase: MovingWorkloads', 'wave-1: 80/100']);
  });

  it('begin anew with the undo of a step', () => {
    const { display, said } = listen(true);
    const current = { step: 'wave-1', done: 100, total: 100 };

    display.show(buildProgress({ steps: [begun], current }));
    display.show(buildProgress({ steps: [{ ...begun, state: 'undoing' }] }));
    said();
    display.show(
      buildProgress({
        steps: [{ ...begun, state: 'undoing' }],
        current: { ...current, done: 30 },
      }),
    );

    expect(said()).toEqual(['wave-1: 30/100']);
  });
});

describe('when a person is needed', () => {
  const gate = { name: 'complete', openedAt: 'then', until: '2026-11-21T11:00:00.000Z' };

  it.each([
    ['nobody while it works', buildProgress(), undefined],
    ['an approver at a gate', buildProgress({ openGate: gate }), 'gate'],
    ['on-call at a halt', buildProgress({ phase: 'Halted' }), 'halt'],
    ['whoever paused it', buildProgress({ phase: 'Paused' }), 'pause'],
  ])('needs %s', (_who, progress, kind) => {
    expect(needOf(progress)?.kind).toBe(kind);
  });

  it('says until when the gate is open and how to answer', () => {
    const need = needOf(buildProgress({ openGate: gate }));

    expect(need === undefined ? [] : describeNeed(need, 'mesh/demo')).toEqual([
      'The gate "complete" is open until 2026-11-21 11:00:00Z.',
      '  look:     meshlift show mesh/demo',
      '  go on:    meshlift approve mesh/demo',
      '  undo all: meshlift reject mesh/demo --reason "…"',
    ]);
  });

  it('names the failed step of a halted run, and offers a rollback only while there is one', () => {
    const steps = [buildStep('wave-1', 'wave', 'failed')];
    const commands = (canRollBack: boolean): string => {
      const need = needOf(buildProgress({ phase: 'Halted', steps, canRollBack }));
      return need === undefined ? '' : describeNeed(need, 'mesh/demo').join('\n');
    };

    expect(commands(true)).toContain('meshlift retry mesh/demo --step wave-1');
    expect(commands(true)).toContain('meshlift rollback mesh/demo');
    expect(commands(false)).not.toContain('meshlift rollback');
  });
});

describe('steps as phases and waves', () => {
  const steps = [
    buildStep('snapshot', 'snapshot', 'done'),
    buildStep('install', 'install-control-plane', 'done'),
    buildStep('soak-1', 'soak', 'done'),
    buildStep('wave-1', 'wave', 'done'),
    buildStep('soak-2', 'soak', 'begun'),
    buildStep('wave-2', 'wave'),
    buildStep('gate-complete', 'gate'),
  ];

  it('gives each wave and its soak one bar', () => {
    const groups = groupSteps({ steps, current: { step: 'soak-2', done: 3, total: 6 } });

    expect(groups).toEqual([
      { label: 'Prepare', state: 'done', fraction: 1, detail: '' },
      { label: 'Control plane', state: 'done', fraction: 1, detail: '' },
      { label: 'Wave 1', state: 'begun', fraction: 0.75, detail: 'do soak-2 3/6' },
      { label: 'Wave 2', state: 'pending', fraction: 0, detail: '' },
      { label: 'Approval', state: 'pending', fraction: 0, detail: '' },
    ]);
  });

  it.each([
    ['undoing', ['done', 'undoing'], 0.5],
    ['undone', ['undone', 'undone'], 0],
    ['failed', ['done', 'failed'], 0.5],
    ['begun', ['done', 'pending'], 0.5],
  ] as const)('is %s when its steps are %j', (state, states, fraction) => {
    const wave = states.map((one, index) =>
      buildStep(`wave-1-${index}`, index === 0 ? 'wave' : 'soak', one),
    );

    expect(groupSteps({ steps: wave })).toMatchObject([{ state, fraction }]);
  });

  it('makes one bar of all waves when the screen is too low for them', () => {
    const groups = groupSteps({ steps, current: { step: 'soak-2', done: 3, total: 6 } });

    expect(fitGroups(groups, 5)).toEqual(groups);
    expect(fitGroups(groups, 4).map(({ label, state, detail }) => [label, state, detail])).toEqual([
      ['Prepare', 'done', ''],
      ['Control plane', 'done', ''],
      ['2 waves', 'begun', 'Wave 1: do soak-2 3/6'],
      ['Approval', 'pending', ''],
    ]);
  });
});
