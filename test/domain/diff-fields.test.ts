import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  cutDifferences,
  MAX_DIFFERENCES,
  MAX_VALUE_CHARACTERS,
} from '../../src/domain/diff/cut-differences.ts';
import { diffFields } from '../../src/domain/diff/diff-fields.ts';
import type { Json } from '../../src/domain/kubernetes-object.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the difference of two states', () => {
  it.each<[string, Json, Json, unknown]>([
    ['is nothing where only the order of members differs', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ['names a changed member', { a: { b: 1 } }, { a: { b: 2 } }, [{ path: 'a.b', from: 1, to: 2 }]],
    ['has no "from" for what is new', { a: {} }, { a: { b: 1 } }, [{ path: 'a.b', to: 1 }]],
    ['has no "to" for what is gone', { a: { b: 1 } }, { a: {} }, [{ path: 'a.b', from: 1 }]],
    ['tells null from absent', { a: null }, {}, [{ path: 'a', from: null }]],
    [
      'comes in order of names, whatever the order of reading',
      { b: 1, a: 1 },
      { b: 2, a: 2 },
      [
        { path: 'a', from: 1, to: 2 },
        { path: 'b', from: 1, to: 2 },
      ],
    ],
    [
      'finds list items by name, not by place',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
      {
        env: [
          { name: 'X', value: '0' },
          { name: 'A', value: '1' },
          { name: 'B', value: '3' },
        ],
      },
      [
        { path: 'env[name="B"].value', from: '2', to: '3' },
        { path: 'env[name="X"]', to: { name: 'X', value: '0' } },
      ],
    ],
    [
      'says so when named items only changed places',
      [{ name: 'A' }, { name: 'B' }],
      [{ name: 'B' }, { name: 'A' }],
      [{ path: ' (order)', from: ['A', 'B'], to: ['B', 'A'] }],
    ],
    [
      'gives lists without names whole',
      { args: ['a', 'b'] },
      { args: ['a', 'c'] },
      [{ path: 'args', from: ['a', 'b'], to: ['a', 'c'] }],
    ],
    [
      'gives lists whole whose names are not unique',
      [
        { name: 'A', v: 1 },
        { name: 'A', v: 2 },
      ],
      [{ name: 'A', v: 1 }],
      [
        {
          path: '',
          from: [
            { name: 'A', v: 1 },
            { name: 'A', v: 2 },
          ],
          to: [{ name: 'A', v: 1 }],
        },
      ],
    ],
    [
      'of a text of several lines is the lines that changed',
      { mesh: 'a: 1\nb: 2\nc: 3\n' },
      { mesh: 'a: 1\nb: 5\nc: 3\n' },
      [{ path: 'mesh (line 2)', from: 'b: 2', to: 'b: 5' }],
    ],
    [
      'of a text that grew is the new lines',
      { mesh: 'a: 1\nc: 3' },
      { mesh: 'a: 1\nb: 2\nc: 3' },
      [{ path: 'mesh (line 2)', to: 'b: 2' }],
    ],
    ['names a change of kind', { a: [1] }, { a: 'x' }, [{ path: 'a', from: [1], to: 'x' }]],
  ])('%s', (_rule, from, to, expected) => {
    expect(diffFields(from, to)).toEqual(expected);
  });
});

describe('differences in a plan', () => {
  it('are what they are while they are short and few', () => {
    const few = [{ path: 'a', from: { b: 1 }, to: 'x' }, { path: 'c' }];

    expect(cutDifferences(few, digest)).toEqual({ diff: few });
  });

  it('are cut when long, with a digest that changes with every letter', () => {
    const long = 'x'.repeat(MAX_VALUE_CHARACTERS + 1);
    const shown = (text: string): unknown => cutDifferences([{ path: 'a', to: text }], digest).diff;

    expect(shown(long)).toEqual([
      { path: 'a', to: `${long.slice(0, -1)}… (241 characters, ${digest(long)})` },
    ]);
    expect(shown(`${long.slice(0, -1)}y`)).not.toEqual(shown(long));
  });

  it('are left out beyond the first, with their number and a digest over them', () => {
    const many = (last: number): { path: string; to: number }[] =>
      Array.from({ length: MAX_DIFFERENCES + 2 }, (_, index) => ({
        path: `p${index}`,
        to: index === MAX_DIFFERENCES + 1 ? last : 0,
      }));

    const cut = cutDifferences(many(1), digest);

    expect(cut.diff).toEqual(many(1).slice(0, MAX_DIFFERENCES));
    expect(cut.leftOut?.count).toBe(2);
    expect(cut.leftOut?.digest).not.toBe(cutDifferences(many(2), digest).leftOut?.digest);
  });
});
