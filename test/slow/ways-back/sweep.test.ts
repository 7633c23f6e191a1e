import { expect, it } from '@jest/globals';
import { NEW_REVISION, OLD_REVISION } from '../../e2e/support/runs.ts';
import { printFigure } from '../../support/print-figure.ts';
import { objectsOfRevision } from './support/objects-of-revision.ts';
import { describeSweep, RUN_TIMEOUT_MS } from './support/sweep.ts';
import { CANARY, PAST_RETURN } from './support/sweep-points.ts';

const { bench, worker, upgrade } = describeSweep({
  strategy: 'canary',
  mesh: { version: '1.25.1', revision: OLD_REVISION },
  points: CANARY,
  pastReturn: PAST_RETURN.map(({ step }) => step),
  leftovers: ({ kubernetes }) => objectsOfRevision(kubernetes, NEW_REVISION),
});

it(
  'a rollback after the first deletion is refused with the way back in words, at each later step',
  async () => {
    const strike = worker().arm(PAST_RETURN, 'before its effect');

    const { report } = await upgrade('approve');

    expect(strike.answers).toEqual([]);
    expect(strike.refusals).toEqual(
      PAST_RETURN.map((): unknown => expect.stringMatching(/rollbackMesh|downgradeMesh/)),
    );
    expect(report).toMatchObject({ outcome: 'Succeeded', remaining: [] });
    expect(await objectsOfRevision(bench().kubernetes, NEW_REVISION)).not.toEqual([]);
    printFigure('canary: rollbacks refused in words', strike.refusals.length);
  },
  RUN_TIMEOUT_MS,
);
