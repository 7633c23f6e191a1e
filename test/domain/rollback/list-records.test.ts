import { describe, expect, it } from '@jest/globals';
import type { RecordedRun } from '../../../src/domain/rollback/recorded-run.ts';
import { listRecords, type RecordListing } from '../../../src/domain/rollback/list-records.ts';
import { RUN, samplePlan } from '../../support/sample-run.ts';
import { INSTALL } from '../../support/sample-steps.ts';

const WISH = { cluster: 'demo', clusterUid: RUN.clusterUid };

/** A run that installed a control plane. */
function recorded(runId: string, more: Partial<RecordedRun> = {}): RecordedRun {
  const journal = { step: INSTALL.id, at: '2026-11-21T10:00:00Z', changes: [] };
  return {
    runId,
    recordedAt: '2026-11-21T10:00:00Z',
    plan: samplePlan([INSTALL]),
    hasSnapshot: true,
    journals: { [INSTALL.id]: { ...journal, state: 'done' } },
    damage: [],
    ...more,
  };
}

function answers(listings: readonly RecordListing[]): readonly string[] {
  return listings.map(
    ({ runId, canBeTakenBack, because = '' }) => `${runId}: ${canBeTakenBack ? 'yes' : because}`,
  );
}

describe('the list of recorded runs', () => {
  it('says of each whether it can be taken back, and why not', () => {
    const refresh = recorded('fresh', { plan: { ...samplePlan([]), strategy: 'refresh' } });
    const torn = recorded('torn', { damage: ['its plan is torn'] });

    expect(answers(listRecords([refresh, recorded('new'), recorded('old')], WISH))).toEqual([
      'fresh: expected a run that has something to take back, found a refresh: the proxies that it replaced are rendered by no control plane any more',
      'new: yes',
      expect.stringContaining('old: expected the run to be the last that changed the mesh'),
    ]);
    expect(answers(listRecords([torn], WISH))).toEqual([
      expect.stringContaining('its plan is torn'),
    ]);
  });

  it('has a chain once, from where it began to where it came', () => {
    const { from, to, ...plan } = samplePlan([INSTALL]);
    const second = { ...plan, from: to, to: { revision: '1-27-0', version: '1.27.0' } };

    const listings = listRecords(
      [recorded('chain', { hop: 2, plan: second }), recorded('chain')],
      WISH,
    );

    expect(listings).toMatchObject([
      { runId: 'chain', from, to: second.to, canBeTakenBack: true, holdsMesh: false },
    ]);
  });

  it('says which run holds the mesh, be it by a rollback of it that failed', () => {
    const listings = listRecords([recorded('new'), recorded('old')], { ...WISH, holder: 'new' });

    expect(listings.map(({ runId, holdsMesh }) => [runId, holdsMesh])).toEqual([
      ['new', true],
      ['old', false],
    ]);
  });
});
