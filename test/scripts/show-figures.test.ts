import { expect, it } from '@jest/globals';
import { checkFigures } from '../../scripts/show/figures.ts';

const PRINTED = 'PASS a.test.ts\nfigure: runs = 34\nfigure: not restored = 0\n34 passed\n';

it('a figure that tests print is a check against its bound', () => {
  const checks = checkFigures(PRINTED, {
    runs: { kind: 'reported' },
    'not restored': { kind: 'exactly', value: 0 },
  });

  expect(checks).toEqual([
    { name: 'runs', value: 34, bound: '> 0', ok: true },
    { name: 'not restored', value: 0, bound: '0', ok: true },
  ]);
});

it.each([
  ['is not what it has to be', { runs: { kind: 'exactly', value: 35 } }, 34],
  ['was not printed', { steps: { kind: 'exactly', value: 0 } }, 'none'],
  ['was not printed, whatever it is', { steps: { kind: 'reported' } }, 'none'],
  ['is above zero by its bound alone', { 'not restored': { kind: 'reported' } }, 0],
] as const)('a figure falls short that %s', (_why, bounds, value) => {
  expect(checkFigures(PRINTED, { runs: { kind: 'reported' } })).toMatchObject([{ ok: true }]);

  expect(checkFigures(PRINTED, bounds)).toMatchObject([{ value, ok: false }]);
});
