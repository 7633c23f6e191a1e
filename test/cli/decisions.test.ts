import { describe, expect, it } from '@jest/globals';
import { buildRequestInput, collectOverride } from '../../src/cli/request-input.ts';
import { describeError } from '../../src/cli/describe-error.ts';
import { formatSeconds, formatTime, formatTook } from '../../src/cli/render/time.ts';
import { workflowIdOf } from '../../src/cli/temporal/find-run.ts';
import { isWorkerThere } from '../../src/cli/temporal/find-worker.ts';
import { exitCodeOf, isReport } from '../../src/cli/temporal/run-end.ts';
import { webPageOf } from '../../src/domain/web-page.ts';
import { ConfigError } from '../../src/config/config.ts';
import { buildEnd, buildReport } from './support/examples.ts';

describe('the exit code of a run that was followed', () => {
  it.each([
    [0, buildEnd('Succeeded')],
    [3, buildEnd('Blocked')],
    [4, buildEnd('RolledBack')],
    [5, buildEnd('Halted')],
    [1, buildEnd('RollbackFailed')],
    [4, buildEnd('Cancelled', true)],
    [1, buildEnd('Cancelled', false)],
    [1, { status: 'Completed' } as const],
    [1, { status: 'Terminated', failure: { message: 'by hand' } } as const],
    [2, { status: 'Failed', failure: { type: 'InvalidRequest', message: 'no' } } as const],
    [1, { status: 'Failed', failure: { type: 'RollbackFailed', message: 'no' } } as const],
  ])('is %d for %j', (code, end) => {
    expect(exitCodeOf(end)).toBe(code);
  });

  it.each([
    ['a report', buildReport(), true],
    ['something else that a workflow returned', { ok: true }, false],
    ['nothing', undefined, false],
  ])('tells %s', (_what, value, expected) => {
    expect(isReport(value)).toBe(expected);
  });
});

describe('what a person wrote', () => {
  it('becomes the smallest request', () => {
    expect(buildRequestInput('demo', { target: '1.26.1' })).toEqual({
      cluster: 'demo',
      target: '1.26.1',
    });
  });

  it('has the strategy that was asked for', () => {
    expect(buildRequestInput('demo', { strategy: 'in-place' })).toEqual({
      cluster: 'demo',
      strategy: 'in-place',
    });
  });

  it('takes overrides apart at the first two equals signs', () => {
    expect(collectOverride('WorkloadNotReady=Deployment shop/cart=a=b')).toEqual([
      { code: 'WorkloadNotReady', subject: 'Deployment shop/cart', reason: 'a=b' },
    ]);
  });

  it.each(['', 'Code', 'Code=subject', 'Code=subject=', '=subject=reason'])(
    'refuses the override %j',
    (text) => {
      expect(() => collectOverride(text)).toThrow('expected CODE=SUBJECT=REASON');
    },
  );

  it.each([
    ['demo', 'mesh/demo'],
    ['mesh/demo', 'mesh/demo'],
    ['mesh/demo/east', 'mesh/demo/east'],
  ])('names the run %s by %s', (name, id) => {
    expect(workflowIdOf(name)).toBe(id);
  });
});

describe('what failures mean', () => {
  it('a wrong configuration is the person’s to mend: 2', async () => {
    const described = await describeError(new ConfigError('meshlift.yaml:3:1: no'), false);

    expect(described).toEqual({
      code: 'InvalidConfiguration',
      message: 'meshlift.yaml:3:1: no',
      exitCode: 2,
    });
  });

  it('an unexpected failure is told with its causes: 1', async () => {
    const error = new Error('inspection failed', { cause: new Error('connection reset') });

    expect(await describeError(error, false)).toEqual({
      code: 'Failed',
      message: 'inspection failed: connection reset',
      exitCode: 1,
    });
  });

  it('whatever fails after Ctrl-C is the interruption: 130', async () => {
    expect((await describeError(new Error('aborted'), true)).exitCode).toBe(130);
  });
});

describe('times, pages, workers', () => {
  it.each([
    [0, '0s'],
    [59.6, '1m00s'],
    [725, '12m05s'],
    [12_000, '3h20m'],
    [187_200, '2d04h'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it('writes times shortly and leaves what is none alone', () => {
    expect(formatTime('2026-11-21T10:52:03.123Z')).toBe('2026-11-21 10:52:03Z');
    expect(formatTime('soon')).toBe('soon');
    expect(formatTook('2026-11-21T10:00:00Z', '2026-11-21T10:00:30Z')).toBe('30s');
    expect(formatTook('2026-11-21T10:00:00Z', undefined)).toBe('');
  });

  it('finds the page of a run, when there is a UI', () => {
    const run = { workflowId: 'mesh/demo', runId: 'r1' };

    expect(webPageOf('http://ui:8080/', 'default', run)).toBe(
      'http://ui:8080/namespaces/default/workflows/mesh%2Fdemo/r1/history',
    );
    expect(webPageOf(undefined, 'default', run)).toBeUndefined();
  });

  it.each([
    ['never seen', 0, false],
    ['polling now', 1_000_000, true],
    ['in a long poll', 1_000_000 - 61_000, true],
    ['gone', 1_000_000 - 120_000, false],
    ['ahead of our clock', 1_000_000 + 30_000, true],
  ])('a worker that is %s', (_what, lastAccess, expected) => {
    expect(isWorkerThere(lastAccess, 1_000_000)).toBe(expected);
  });
});
