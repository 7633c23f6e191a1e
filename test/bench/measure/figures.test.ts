import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mostWithin } from '../../../bench/measure/herd.ts';
import { parseProcStat, readCpu } from '../../../bench/measure/process-cpu.ts';
import { ratioOf, spreadOf } from '../../../bench/measure/statistics.ts';

describe('the most within a span', () => {
  it.each([
    [[], 0],
    [[5], 1],
    [[0, 999, 1000], 2],
    [[0, 1000, 2000], 1],
    [[3000, 0, 100, 200, 3100], 3],
    [[7, 7, 7], 3],
  ])('of %j is %d in a second', (moments, expected) => {
    expect(mostWithin(moments, 1000)).toBe(expected);
  });

  it('is what counting from each moment gives', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5000)), fc.integer({ min: 1, max: 2000 }), (moments, span) => {
        const counts = moments.map(
          (start) => moments.filter((each) => each >= start && each < start + span).length,
        );

        expect(mostWithin(moments, span)).toBe(Math.max(0, ...counts));
      }),
    );
  });
});

describe('the spread', () => {
  it.each([
    [[3], { median: 3, least: 3, most: 3 }],
    [[5, 1, 3], { median: 3, least: 1, most: 5 }],
    [[4, 1, 2, 10], { median: 3, least: 1, most: 10 }],
    [[10, 9, 100], { median: 10, least: 9, most: 100 }],
  ])('of %j', (values, expected) => {
    expect(spreadOf(values)).toEqual(expected);
  });

  it('of nothing is none, and not zero', () => {
    expect(spreadOf([0])).toEqual({ median: 0, least: 0, most: 0 });
    expect(spreadOf([])).toBeUndefined();
  });

  it('a ratio needs something to compare with', () => {
    expect(ratioOf(3, 4)).toBe(0.75);
    expect(ratioOf(3, 0)).toBeUndefined();
    expect(ratioOf(undefined, 4)).toBeUndefined();
    expect(ratioOf(3, undefined)).toBeUndefined();
  });
});

describe('processor time', () => {
  const STAT = (name: string): string =>
    `4242 (${name}) S 1 4242 4242 0 -1 4194560 1000 2000 0 0 150 50 325 75 20 0 11 0 9999 1 2 3`;

  it.each(['node', 'a (b) c', 'odd) name'])('is read beside the name "%s"', (name) => {
    expect(parseProcStat(STAT(name))).toEqual({ own: 2, children: 4 });
  });

  it('of what is no such file is unknown', () => {
    expect(parseProcStat('')).toBeUndefined();
    expect(parseProcStat('4242 (node) S 1')).toBeUndefined();
  });

  it('of a process that is not there is unknown', () => {
    if (process.platform === 'linux') expect(readCpu('self')?.own).toBeGreaterThan(0);
    expect(readCpu(2 ** 31)).toBeUndefined();
  });
});
