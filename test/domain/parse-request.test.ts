import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { formatPath, parseRequest } from '../../src/domain/request/parse-request.ts';

interface Refused {
  readonly what: string;
  readonly input: unknown;
  readonly paths: readonly string[];
}

const REFUSED = JSON.parse(
  readFileSync(new URL('../fixtures/requests/refused.json', import.meta.url), 'utf8'),
) as readonly Refused[];

const SMALLEST = { cluster: 'demo', target: '1.26.1' };
const DIGEST = `sha256:${'0'.repeat(64)}`;
const RUN = '01980000-0000-7000-8000-000000000000';

function pathsOf(input: unknown): readonly string[] {
  const parsed = parseRequest(input);
  return parsed.kind === 'problems' ? parsed.problems.map(({ path }) => path).sort() : [];
}

describe('an upgrade request', () => {
  it('is as small as a cluster and a target', () => {
    expect(parseRequest(SMALLEST)).toEqual({
      kind: 'request',
      request: { apiVersion: 'meshlift.dev/v1alpha1', ...SMALLEST, overrides: [] },
    });
  });

  it('is read whole', () => {
    const input = {
      apiVersion: 'meshlift.dev/v1alpha1',
      ...SMALLEST,
      target: '1.27.0-rc.1',
      strategy: 'in-place',
      reason: 'CVE-2026-1: größer als „alles“ ✓',
      overrides: [{ code: 'WorkloadNotReady', subject: 'Deployment shop/cart', reason: 'known' }],
      takeOver: RUN,
      planDigest: DIGEST,
    };

    expect(parseRequest(input)).toEqual({ kind: 'request', request: input });
  });

  it('has no member that is undefined: it is plain JSON', () => {
    const parsed = parseRequest({ ...SMALLEST, reason: undefined });

    expect(parsed.kind === 'request' && Object.keys(parsed.request).sort()).toEqual([
      'apiVersion',
      'cluster',
      'overrides',
      'target',
    ]);
  });

  it.each([
    [
      'a reason of 500 letters',
      { reason: 'x'.repeat(500) },
      { reason: 'x'.repeat(501) },
      '$.reason',
    ],
    [
      'a cluster of 63 letters',
      { cluster: 'a'.repeat(63) },
      { cluster: 'a'.repeat(64) },
      '$.cluster',
    ],
    [
      'a hundred overrides',
      { overrides: Array.from({ length: 100 }, () => ({ code: 'X', subject: 'y', reason: 'z' })) },
      { overrides: Array.from({ length: 101 }, () => ({ code: 'X', subject: 'y', reason: 'z' })) },
      '$.overrides',
    ],
    [
      'a year of four digits in a version',
      { target: '9999.0.0' },
      { target: '10000.0.0' },
      '$.target',
    ],
  ])('may have %s and no more', (_what, most, more, path) => {
    expect(parseRequest({ ...SMALLEST, ...most }).kind).toBe('request');

    expect(pathsOf({ ...SMALLEST, ...more })).toEqual([path]);
  });

  it.each([
    ['a version', { target: `1.26.1-${'a'.repeat(5_000_000)}` }, '$.target'],
    ['a cluster', { cluster: 'a'.repeat(5_000_000) }, '$.cluster'],
    ['a reason', { reason: 'a'.repeat(5_000_000) }, '$.reason'],
  ])('with %s of five million letters is refused at once', (_what, huge, path) => {
    const began = performance.now();

    expect(pathsOf({ ...SMALLEST, ...huge })).toEqual([path]);

    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('lists more than thirty hostile inputs', () => {
    expect(REFUSED.length).toBeGreaterThan(30);
  });

  it.each(REFUSED)('that is or has $what is refused, with the place', ({ input, paths }) => {
    expect(pathsOf(input)).toEqual([...paths].sort());
  });

  it.each(REFUSED)('that is or has $what is refused in words', ({ input }) => {
    const parsed = parseRequest(input);

    const messages =
      parsed.kind === 'problems' ? parsed.problems.map(({ message }) => message) : [];
    expect(messages).not.toContain('');
    expect(messages.length).toBeGreaterThan(0);
  });
});

describe('a place in the input', () => {
  it.each([
    [[], '$'],
    [['target'], '$.target'],
    [['overrides', 0, 'code'], '$.overrides[0].code'],
    [['clusters', 'prod-eu', 'policy'], '$.clusters["prod-eu"].policy'],
    [['a"b'], '$["a\\"b"]'],
  ])('%j is written %s', (path, text) => {
    expect(formatPath(path)).toBe(text);
  });
});
