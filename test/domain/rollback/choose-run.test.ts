import { describe, expect, it } from '@jest/globals';
import type { StepJournal } from '../../../src/domain/journal/change.ts';
import type { PlanStrategy } from '../../../src/domain/planning/plan.ts';
import { chooseRun, type Choice, type Wish } from '../../../src/domain/rollback/choose-run.ts';
import { lostJournals, type RecordedRun } from '../../../src/domain/rollback/recorded-run.ts';
import type { StepState, UpgradeReport } from '../../../src/domain/report.ts';
import { rollbackSteps } from '../../../src/domain/rollback/rollback-steps.ts';
import { RUN, samplePlan, waveStep } from '../../support/sample-run.ts';
import { CRDS, INSTALL, REMOVAL } from '../../support/sample-steps.ts';

const WISH: Wish = { cluster: 'demo', clusterUid: RUN.clusterUid };
const STEPS = [CRDS, INSTALL, waveStep([]), REMOVAL];
const ALL = ['crds', 'control-plane', 'wave-1', 'wave-1-restart', 'remove-control-plane'];

function journal(step: string, state: StepJournal['state'] = 'done'): StepJournal {
  return { step, state, at: '2026-11-21T10:00:00Z', changes: [] };
}

/** A run that began these journals. */
function recorded(
  runId: string,
  names: readonly string[] = ALL,
  more: Partial<RecordedRun> & {
    readonly strategy?: PlanStrategy;
    readonly undone?: readonly string[];
  } = {},
): RecordedRun {
  const { strategy = 'canary', undone = [], ...rest } = more;
  return {
    runId,
    recordedAt: `2026-11-21T10:0${runId.length}:00Z`,
    plan: { ...samplePlan(STEPS), strategy },
    hasSnapshot: true,
    journals: Object.fromEntries(
      names.map((name) => [name, journal(name, undone.includes(name) ? 'undone' : 'done')]),
    ),
    damage: [],
    ...rest,
  };
}

function describeChoice(choice: Choice): string {
  if (choice.kind === 'run')
    return `run ${choice.runId} ${choice.hops.map(({ hop = 1 }) => hop).join()}`;
  return `${choice.kind} ${choice.finding.code} ${choice.finding.subject}`;
}

describe('which run is taken back', () => {
  it.each([
    ['the latest that changed something', [recorded('new'), recorded('old')], {}, 'run new 1'],
    [
      'the one before, where the latest is a refresh',
      [recorded('fresh', ['wave-1'], { strategy: 'refresh' }), recorded('old')],
      {},
      'run old 1',
    ],
    [
      'the one before, where the latest is undone',
      [recorded('new', ALL, { undone: ALL }), recorded('old')],
      {},
      'run old 1',
    ],
    ['the one that is named', [recorded('new', []), recorded('old')], { run: 'old' }, 'run old 1'],
    [
      'every hop of a chain, the last one first',
      [recorded('chain', ALL, { hop: 2 }), recorded('chain')],
      {},
      'run chain 2,1',
    ],
    [
      'one that holds the mesh although all of it is undone: its result is yet to be proven',
      [recorded('failed', ALL, { undone: ALL })],
      { holder: 'failed' },
      'run failed 1',
    ],
  ] as readonly (readonly [string, readonly RecordedRun[], Partial<Wish>, string])[])(
    '%s',
    (_what, records, wish, expected) => {
      expect(describeChoice(chooseRun(records, { ...WISH, ...wish }))).toBe(expected);
    },
  );

  it.each([
    [
      'a run of which there is no record',
      [recorded('old')],
      { run: 'gone' },
      'refused RunRecordUnusable run gone',
    ],
    [
      'a run before another that changed the mesh',
      [recorded('new'), recorded('old')],
      { run: 'old' },
      'refused LaterRunChangedMesh run old',
    ],
    [
      'a refresh',
      [recorded('fresh', ['wave-1', 'wave-1-restart', 'control-plane'], { strategy: 'refresh' })],
      { run: 'fresh' },
      'refused RunNotReversible run fresh',
    ],
    [
      'a rollback',
      [recorded('back', [], { strategy: 'rollback' })],
      { run: 'back' },
      'refused RunNotReversible run back',
    ],
    [
      'a run of another cluster',
      [recorded('old')],
      { clusterUid: 'another' },
      'refused RunRecordUnusable run old',
    ],
    [
      'a run without its snapshot',
      [recorded('old', ALL, { hasSnapshot: false })],
      {},
      'refused RunRecordUnusable run old',
    ],
    [
      'a run of which a journal is lost',
      [recorded('old', ['control-plane', 'wave-1', 'remove-control-plane'])],
      {},
      'refused RunRecordUnusable run old',
    ],
    [
      'a run with a damaged part',
      [recorded('old', ALL, { damage: ['torn'] })],
      {},
      'refused RunRecordUnusable run old',
    ],
    ['nothing, where nothing is recorded', [], {}, 'nothing NothingToRollBack demo'],
    [
      'nothing, where all is undone',
      [recorded('old', ALL, { undone: ALL })],
      { run: 'old' },
      'nothing NothingToRollBack demo',
    ],
    [
      'nothing, where the run ended before its first change',
      [recorded('old', [], { hasSnapshot: false })],
      {},
      'nothing NothingToRollBack demo',
    ],
  ] as readonly (readonly [string, readonly RecordedRun[], Partial<Wish>, string])[])(
    'is not %s',
    (_what, records, wish, expected) => {
      expect(describeChoice(chooseRun(records, { ...WISH, ...wish }))).toBe(expected);
    },
  );
});

describe('the steps of a rollback', () => {
  const steps = (run: RecordedRun): readonly string[] =>
    rollbackSteps([run], new Map()).map(({ id }) => id);

  it('make the removed control plane again first, then take back newest first, then compare', () => {
    expect(steps(recorded('old'))).toEqual([
      'restore-control-plane',
      'undo-wave-1',
      'undo-control-plane',
      'prove-restored',
    ]);
  });

  it('leave out what an earlier rollback has undone, and a wave only when its workloads are back', () => {
    const undone = ['remove-control-plane', 'wave-1-restart'];
    expect(steps(recorded('old', ALL, { undone }))).toEqual([
      'undo-wave-1',
      'undo-control-plane',
      'prove-restored',
    ]);
  });

  it('of what was removed name only what is not there to be made', () => {
    const ref = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      namespace: 'istio-system',
      name,
    });
    const deletions = ['istiod', 'injector'].map((name) => ({
      kind: 'delete' as const,
      ref: ref(name),
      uid: `uid-${name}`,
      prior: { apiVersion: 'v1', kind: 'Service', metadata: { name } },
    }));
    const run = recorded('old');
    const removed = { ...journal('remove-control-plane'), changes: deletions };
    const [first] = rollbackSteps(
      [{ ...run, journals: { ...run.journals, 'remove-control-plane': removed } }],
      new Map([['Service istio-system/istiod', 'uid-9']]),
    );

    expect(first).toMatchObject({
      objects: [
        { ref: { name: 'injector' }, action: 'create' },
        { ref: { name: 'istiod' }, action: 'none', uid: 'uid-9' },
      ],
    });
  });
});

describe('journals that are lost', () => {
  const report = (state: StepState, ...ids: readonly string[]): Pick<UpgradeReport, 'steps'> => ({
    steps: ids.map((id) => ({ id, kind: 'x', title: 'x', state })),
  });

  it.each<readonly [string, RecordedRun, Parameters<typeof lostJournals>[1], readonly string[]]>([
    ['none, where each step has its own', recorded('r'), report('done', 'wave-1'), []],
    [
      'that of the last step carried out',
      recorded('r', ['control-plane']),
      report('done', 'control-plane', 'wave-1'),
      ['wave-1', 'wave-1-restart'],
    ],
    [
      'none of a step that did not get that far, or has none',
      recorded('r', []),
      { steps: [...report('failed', 'control-plane').steps, ...report('done', 'crds').steps] },
      [],
    ],
    [
      'those of its own hop alone',
      recorded('r', [], { hop: 1 }),
      {
        hops: [
          {
            from: { revision: 'a', version: '1.25.1' },
            to: { revision: 'a', version: '1.26.1' },
            planDigest: '',
            steps: report('done', 'control-plane').steps,
            waves: [],
          },
        ],
        steps: report('done', 'wave-1').steps,
      },
      ['control-plane'],
    ],
  ])('are %s', (_which, run, told, expected) => {
    expect(lostJournals(run, told)).toEqual(expected);
  });
});
