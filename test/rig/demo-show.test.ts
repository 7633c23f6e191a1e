import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../../rig/user-error.ts';
import { checkDemoResult } from '../../scripts/show/main-job/demo-result.ts';
import { readOutcome, readProgress } from '../../scripts/show/main-job/temporal-answers.ts';
import { checkCounts } from '../../scripts/show/main-job/tests-part.ts';
import { readShowOptions } from '../../scripts/show/options.ts';
import { isShown, renderJson, renderTable } from '../../scripts/show/render.ts';
import { personEnvironment } from '../../scripts/show/run-command.ts';
import { runTopic } from '../../scripts/show/run-topic.ts';
import {
  atMost,
  exactly,
  reported,
  type Check,
  type Part,
  type Topic,
} from '../../scripts/show/topic.ts';

const figures = { seconds: 77, apiRequests: 900, historyEvents: 263, historyBytes: 63_002 };
const upgrade = {
  ...{ name: 'upgrade', outcome: 'Succeeded', workloads: 17, onTarget: 17 },
  ...{ leftOfOldRevision: [], ...figures },
};
const badUpgrade = {
  ...{ name: 'bad-upgrade', outcome: 'RolledBack', restored: true, differences: [] },
  ...{ crashedPods: 4, ...figures },
};
const printed = (...acts: readonly object[]): string => `> demo\n\n${JSON.stringify({ acts })}\n`;
const failing = (checks: readonly Check[]): string[] =>
  checks.filter(({ ok }) => !ok).map(({ name }) => name);

describe('checkDemoResult', () => {
  it('finds nothing wrong when both acts ended as announced', () => {
    expect(failing(checkDemoResult(printed(upgrade, badUpgrade)))).toEqual([]);
  });

  it.each<[string, readonly object[], readonly string[]]>([
    [
      'an upgrade that was taken back',
      [{ ...upgrade, outcome: 'RolledBack' }, badUpgrade],
      ['demo: outcomes'],
    ],
    [
      'a workload left behind',
      [{ ...upgrade, onTarget: 16 }, badUpgrade],
      ['upgrade: workloads on the target'],
    ],
    [
      'something left of the old revision',
      [{ ...upgrade, leftOfOldRevision: ['Deployment istiod'] }, badUpgrade],
      ['upgrade: objects left of the old revision'],
    ],
    [
      'a difference',
      [upgrade, { ...badUpgrade, restored: false, differences: [{}] }],
      ['bad-upgrade: restored', 'bad-upgrade: differences'],
    ],
    [
      'an act in which nothing crashed',
      [upgrade, { ...badUpgrade, crashedPods: 0 }],
      ['bad-upgrade: crashing pods seen'],
    ],
    [
      'figures that are not there',
      [upgrade, { ...badUpgrade, apiRequests: undefined }],
      ['bad-upgrade: API requests of meshlift'],
    ],
  ])('finds %s', (_, acts, expected) => {
    expect(failing(checkDemoResult(printed(...acts)))).toEqual(expected);
  });

  it.each([[''], ['{"acts":'], ['[]'], ['{"acts":[]}']])('makes no success of %j', (stdout) => {
    expect(failing(checkDemoResult(stdout))).toEqual([
      'demo: outcomes',
      'upgrade: workloads on the target',
      'upgrade: objects left of the old revision',
      'bad-upgrade: restored',
      'bad-upgrade: differences',
      'bad-upgrade: crashing pods seen',
    ]);
  });
});

it.each([
  ['320 passed, 0 failed, 1 skipped', true],
  ['320 passed, 1 failed, 0 skipped', false],
  ['0 passed, 0 failed, 9 skipped', false],
  ['done', false],
])('takes the last line "%s" of the tests as a success: %s', (line, ok) => {
  expect(checkCounts(`more\n${line}\n`).ok).toBe(ok);
});

describe("the answers of Temporal's command line", () => {
  it('finds the progress in a query', () => {
    const progress = { phase: 'AwaitingCompletion', openGate: { name: 'complete' } };

    expect(readProgress({ queryResult: [progress] })).toEqual(progress);
    expect(readProgress({ queryResult: progress })).toEqual(progress);
    expect(readProgress({ queryResult: [null] })).toBeUndefined();
    expect(readProgress(undefined)).toBeUndefined();
  });

  it('finds the outcome in a result', () => {
    expect(readOutcome({ status: 'COMPLETED', result: { outcome: 'Succeeded' } })).toBe(
      'Succeeded',
    );
    expect(readOutcome({ status: 'FAILED', closeEvent: {} })).toBeUndefined();
  });
});

describe('checks', () => {
  it('hold at their bound and not above it', () => {
    expect([300, 301, Number.NaN].map((value) => atMost('a', value, { limit: 300 }).ok)).toEqual([
      true,
      false,
      false,
    ]);
    expect([0, 1].map((value) => exactly('a', value, 0).ok)).toEqual([true, false]);
    expect([undefined, 0, 1].map((value) => reported('a', value).ok)).toEqual([false, false, true]);
  });
});

describe('a topic', () => {
  const good: Check = { name: 'good', value: 1, bound: '1', ok: true };
  const bad: Check = { name: 'bad', value: 'x'.repeat(60), bound: '1', ok: false };
  const part = (name: string, run: Part['run']): Part => ({ name, title: name, run });
  const topic: Topic = {
    name: 'sample',
    title: 'a sample',
    parts: [
      part('breaks', async () => {
        throw new UsageError('it broke');
      }),
      part('works', async () => [good]),
      part('idle', async () => []),
    ],
  };
  const { signal } = new AbortController();
  const say = (): void => undefined;

  it('runs every part, and one that breaks off or looks at nothing falls short', async () => {
    const checks = await runTopic(topic, { only: [], signal, say });

    expect(checks.map(({ name, value, ok }) => [name, value, ok])).toEqual([
      ['breaks', 'it broke', false],
      ['good', 1, true],
      ['idle', 'it looked at nothing', false],
    ]);
  });

  it('runs only the parts that are asked for', async () => {
    expect(await runTopic(topic, { only: ['works'], signal, say })).toEqual([good]);
  });

  it('is shown only when something was checked and all of it holds', () => {
    expect([[], [good], [good, bad]].map(isShown)).toEqual([false, true, false]);
  });

  it('prints one line of JSON, or a table', () => {
    expect(renderJson({ topic: 'sample', checks: [good] })).toBe(
      '{"topic":"sample","checks":[{"name":"good","value":1,"bound":"1","ok":true}]}\n',
    );
    expect(renderTable({ topic: 'sample', checks: [good, bad] })).toContain(
      'sample: 1 of 2 checks fall short',
    );
  });

  it('refuses a topic or a part that does not exist, with those that do', () => {
    expect(() => readShowOptions(['other'], [topic])).toThrow('there are sample');
    expect(() => readShowOptions(['sample', '--only', 'more'], [topic])).toThrow(
      'it has breaks, works, idle',
    );
    expect(
      readShowOptions(['sample', '--only', 'works', '--output', 'json'], [topic]),
    ).toMatchObject({ only: ['works'], output: 'json' });
  });
});

it("gives a command a person's environment, without what npm and the start-up add", () => {
  const env = {
    PATH: '/clone/node_modules/.bin:/usr/bin',
    HOME: '/home/me',
    npm_lifecycle_event: 'show',
    TEMPORAL_ADDRESS: 'elsewhere:7233',
    MESHLIFT_CONFIG: 'meshlift.yaml',
  };

  expect(personEnvironment(env)).toEqual({ PATH: '/usr/bin', HOME: '/home/me' });
});
