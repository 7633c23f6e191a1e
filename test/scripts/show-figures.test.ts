import { expect, it } from '@jest/globals';
import { checkFigures } from '../../scripts/show/figures.ts';

const PRINTED =
  'PASS a.test.ts\nfigure: runs = 34\nfigure: not restored = 0\nfigure: seconds = 1.5\nfigure: days = 14\n34 passed\n';

it('a figure that tests print is a check against its bound', () => {
  const checks = checkFigures(PRINTED, {
    runs: { kind: 'reported' },
    'not restored': { kind: 'exactly', value: 0 },
    seconds: { kind: 'at-most', limit: 2, unit: ' s' },
    days: { kind: 'at-least', limit: 14 },
  });

  expect(checks).toEqual([
    { name: 'runs', value: 34, bound: '> 0', ok: true },
    { name: 'not restored', value: 0, bound: '0', ok: true },
    { name: 'seconds', value: 1.5, bound: '≤ 2 s', ok: true },
    { name: 'days', value: 14, bound: '≥ 14', ok: true },
  ]);
});

it.each([
  ['is not what it has to be', { runs: { kind: 'exactly', value: 35 } }, 34],
  ['was not printed', { steps: { kind: 'exactly', value: 0 } }, 'none'],
  ['was not printed, whatever it is', { steps: { kind: 'reported' } }, 'none'],
  ['is above its limit', { seconds: { kind: 'at-most', limit: 1 } }, 1.5],
  ['is below its limit', { days: { kind: 'at-least', limit: 15 } }, 14],
  ['was not printed, however little', { minutes: { kind: 'at-most', limit: 1 } }, 'none'],
  ['was not printed, however much', { minutes: { kind: 'at-least', limit: 1 } }, 'none'],
  ['is above zero by its bound alone', { 'not restored': { kind: 'reported' } }, 0],
] as const)('a figure falls short that %s', (_why, bounds, value) => {
  expect(checkFigures(PRINTED, { runs: { kind: 'reported' } })).toMatchObject([{ ok: true }]);

  expect(checkFigures(PRINTED, bounds)).toMatchObject([{ value, ok: false }]);
});
