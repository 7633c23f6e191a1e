import { describe, expect, test } from '@jest/globals';
import { readFreezes, writeFreeze } from '../../../src/domain/time/freeze-entries.ts';

const SALE = {
  name: 'sale',
  from: Date.parse('2026-11-27T00:00:00Z'),
  to: Date.parse('2026-12-01T00:00:00Z'),
  reason: 'black friday',
  by: 'ana',
};

describe('freezes that were added at run time', () => {
  test('are read as they were written', () => {
    expect(readFreezes({ sale: writeFreeze(SALE) })).toEqual({ freezes: [SALE], unreadable: [] });
  });

  test('may be written by hand, with an offset and without reason', () => {
    const text = '{"from":"2026-11-27T01:00:00+01:00","to":"2026-12-01T00:00:00Z"}';
    const { name, from, to } = SALE;
    expect(readFreezes({ sale: text })).toEqual({
      freezes: [{ name, from, to }],
      unreadable: [],
    });
  });

  test.each([
    ['no JSON', 'until tuesday'],
    ['JSON that is no object', '"2026-11-27"'],
    ['null', 'null'],
    ['no end', '{"from":"2026-11-27T00:00:00Z"}'],
    ['a time without a zone', '{"from":"2026-11-27T00:00:00","to":"2026-12-01T00:00:00Z"}'],
    ['a day that is not', '{"from":"2026-02-30T00:00:00Z","to":"2026-12-01T00:00:00Z"}'],
    ['an end before its beginning', '{"from":"2026-12-27T00:00:00Z","to":"2026-12-01T00:00:00Z"}'],
    ['what is no text', 12],
  ])('are unreadable with %s, which is told by name', (_what, text) => {
    const { freezes, unreadable } = readFreezes({ sale: writeFreeze(SALE), odd: text });
    expect(freezes).toEqual([SALE]);
    expect(unreadable).toEqual(['odd']);
  });
});
