import { describe, expect, it } from '@jest/globals';
import type { PolicyWindows } from '../../../src/domain/policy.ts';
import type { Freeze, MaintenanceWindow } from '../../../src/domain/time/maintenance-window.ts';
import { timesOfPlan, type PlanTimes } from '../../../src/domain/time/plan-times.ts';
import { planTimes } from '../../../src/domain/time/schema.ts';
import { samplePlan, waveStep } from '../../support/sample-run.ts';
import { CRDS, INSTALL, REMOVAL } from '../../support/sample-steps.ts';

const NIGHTS: MaintenanceWindow = {
  name: 'nights',
  timeZone: 'UTC',
  rule: { kind: 'weekly', days: ['tue', 'thu'], every: 1 },
  start: '22:00',
  durationSeconds: 4 * 3600,
  except: [],
};
const SUNDAY: MaintenanceWindow = {
  ...NIGHTS,
  name: 'sunday',
  rule: { kind: 'weekly', days: ['sun'], every: 1 },
};
const NAMED: PolicyWindows = {
  controlPlane: ['nights', 'sunday'],
  dataPlane: ['nights'],
  compensation: 'always',
};
const STEPS = [CRDS, INSTALL, waveStep([]), { ...waveStep([]), id: 'wave-2' }, REMOVAL];
const FREEZE: Freeze = {
  name: 'incident-12',
  from: Date.parse('2026-11-24T20:00:00Z'),
  to: Date.parse('2026-11-25T00:00:00Z'),
  reason: 'incident 12',
  by: 'ana',
};
const LATER: Freeze = {
  name: 'year-end',
  from: Date.parse('2026-12-18T00:00:00Z'),
  to: Date.parse('2027-01-04T00:00:00Z'),
};

/** 2026-11-24 is a Tuesday. */
function at(
  instant: string,
  { windows, freezes = [] }: { windows?: PolicyWindows; freezes?: readonly Freeze[] } = {},
): PlanTimes | undefined {
  const plan = samplePlan(STEPS, windows === undefined ? {} : { windows });
  const now = { windows: [NIGHTS, SUNDAY], freezes, instant: Date.parse(instant) };
  return timesOfPlan(plan, now);
}

function phasesOf(times: PlanTimes | undefined) {
  return times?.kind === 'known' ? times.phases : [];
}

describe('when a plan may change the mesh', () => {
  it('each phase of its steps has the windows that the policy names for it', () => {
    const phases = phasesOf(at('2026-11-24T23:00:00Z', { windows: NAMED }));

    expect(phases.map(({ phase, steps, windows }) => [phase, steps, windows])).toEqual([
      ['prepare', ['crds'], []],
      [
        'controlPlane',
        ['control-plane'],
        [
          { name: 'nights', rule: 'tue, thu at 22:00 UTC for 4 h' },
          { name: 'sunday', rule: 'sun at 22:00 UTC for 4 h' },
        ],
      ],
      ['dataPlane', ['wave-1', 'wave-2'], [{ name: 'nights', rule: expect.any(String) }]],
      ['complete', ['remove-control-plane'], []],
    ]);
  });

  it('an open window has its end and the opening after it', () => {
    const phases = phasesOf(at('2026-11-26T23:00:00Z', { windows: NAMED }));

    const until = '2026-11-27T02:00:00.000Z';
    expect(phases.map(({ phase, now, opensNext }) => [phase, now, opensNext])).toEqual([
      ['prepare', { kind: 'open' }, undefined],
      ['controlPlane', { kind: 'open', until }, '2026-11-29T22:00:00.000Z'],
      ['dataPlane', { kind: 'open', until }, '2026-12-01T22:00:00.000Z'],
      ['complete', { kind: 'open' }, undefined],
    ]);
  });

  it('a closed one says why, and when it opens', () => {
    const [, , wave] = phasesOf(at('2026-11-23T12:00:00Z', { windows: NAMED }));

    const opensAt = '2026-11-24T22:00:00.000Z';
    expect(wave?.opensNext).toBe(opensAt);
    expect(wave?.now).toEqual({
      kind: 'closed',
      because: 'no window is open (nights: tue, thu at 22:00 UTC for 4 h)',
      opensAt,
    });
  });

  it('a freeze closes every phase, those that need no window too', () => {
    const frozen = at('2026-11-24T23:00:00Z', { windows: NAMED, freezes: [FREEZE, LATER] });
    const opensNext = '2026-11-25T00:00:00.000Z';

    expect(phasesOf(frozen).map((phase) => [phase.now.kind, phase.opensNext])).toEqual(
      [1, 2, 3, 4].map(() => ['closed', opensNext]),
    );
    expect(frozen).toMatchObject({
      at: '2026-11-24T23:00:00.000Z',
      freezes: [{ name: 'incident-12', to: opensNext, by: 'ana', reason: 'incident 12' }],
    });
  });

  it('what is taken back is named where the policy has it wait, for any of its windows', () => {
    const always = phasesOf(at('2026-11-24T23:00:00Z', { windows: NAMED }));
    const waits = phasesOf(
      at('2026-11-24T23:00:00Z', { windows: { ...NAMED, compensation: 'window' } }),
    );

    expect(always.map(({ phase }) => phase)).not.toContain('compensation');
    expect(waits.at(-1)).toMatchObject({
      phase: 'compensation',
      steps: [],
      windows: [{ name: 'nights' }, { name: 'sunday' }],
    });
  });

  it('there is nothing to say where the policy names nothing and no freeze holds', () => {
    const instant = '2026-11-24T23:00:00Z';

    expect(at(instant, { freezes: [FREEZE] })).toBeDefined();
    expect(at(instant, { freezes: [LATER] })).toBeUndefined();
    expect(at(instant, { windows: { compensation: 'always' } })).toBeUndefined();
  });

  it.each<[string, PlanTimes | undefined]>([
    ['with windows', at('2026-11-24T23:00:00Z', { windows: NAMED })],
    ['with a freeze', at('2026-11-24T23:00:00Z', { windows: NAMED, freezes: [FREEZE] })],
    ['unknown', { kind: 'unknown', because: 'it cannot be read' }],
  ])('the schema of a kept plan knows it: %s', (_what, times) => {
    expect(planTimes.parse(times)).toEqual(times);
  });
});
