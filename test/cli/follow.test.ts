import { describe, expect, it } from '@jest/globals';
import { describeChanges } from '../../src/cli/follow/describe-changes.ts';
import { describeNeed, needOf } from '../../src/cli/follow/person-needed.ts';
import { createPlainDisplay } from '../../src/cli/follow/plain-display.ts';
import { fitGroups, groupSteps } from '../../src/cli/follow/step-groups.ts';
import { buildProgress, buildReport, buildStep } from './support/examples.ts';

describe('what changed since the last look', () => {
  it('tells everything at the first look, and nothing when nothing changed', () => {
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

  it('tells what is waited for without anything that a terminal obeys', () => {
    const lines = describeChanges(
      buildProgress(),
      buildProgress({ waitingFor: 'a\u001b[2J person' }),
    );

    expect(lines).toEqual(['waiting for: a[2J person']);
  });

  it('tells the steps that a rollback took back when the run ends', () => {
    const said: string[] = [];
    const display = createPlainDisplay(
      { say: (line) => said.push(line) },
      () => new Date('2026-11-21T10:00:00Z'),
    );

    display.show(buildProgress({ steps: [buildStep('wave-1', 'wave', 'undoing')] }));
    said.length = 0;
    display.stop(buildReport({ steps: [buildStep('wave-1', 'wave', 'undone')] }));

    expect(said).toEqual([
      '2026-11-21 10:00:00Z phase: Ended',
      '2026-11-21 10:00:00Z wave-1: undone: do wave-1',
    ]);
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
