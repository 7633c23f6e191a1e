import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  FINDING_CODES,
  stopsRun,
  type Finding,
  type FindingCode,
} from '../../src/domain/finding.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { openMeshlift } from './support/ask-meshlift.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { calmState, expectState } from './support/mesh.ts';
import type { Projection } from './support/projection.ts';
import { openScenarioBench, type ScenarioBench } from './support/scenario-bench.ts';

const SCENARIO_TIMEOUT_MS = 4 * 60_000;

let bench: Bench;
let stage: ScenarioBench;
let before: Projection;

beforeAll(async () => {
  bench = await openBench('eligibility');
  before = await calmState(bench);
  stage = await openScenarioBench(bench.person, await openMeshlift(bench));
}, SETUP_TIMEOUT_MS);

afterAll(() => bench.close(), 60_000);

/**
 * What only a configuration of its own brings about (test/slow/data-plane/wave-manual.test.ts), or a
 * mesh that may go down (downgrade.test.ts).
 */
const PLAYED_ELSEWHERE: readonly FindingCode[] = [
  // By what two versions render (drift.test.ts).
  'FeatureLost',
  // On a Kubernetes of ACK alone.
  'BelowProviderMinimum',
  'CrdVersionMissing',
  'CrdsKept',
  'FeatureMissing',
  'GracePeriodGrows',
  'LiveEditWouldBeLost',
  'ManifestUnreadable',
  // With a target that lacks an object (test/activities/plan-in-place.test.ts).
  'ObjectLeftBehind',
  'SettingRefused',
];

describe('the scenarios', () => {
  it('have at least one for every finding code', () => {
    const played = new Set([...SCENARIOS.map(({ code }) => code), ...PLAYED_ELSEWHERE]);

    expect(FINDING_CODES.filter((code) => !played.has(code))).toEqual([]);
  });

  it('begin in a mesh in which nothing stands in the way', () => {
    expect(stage.calm.filter((finding) => stopsRun(finding as Finding))).toEqual([]);
  });
});

describe('on the live cluster', () => {
  it.each(SCENARIOS)(
    '$code: $name',
    async (scenario) => {
      const { code, severity } = scenario;

      const { before: calm, near, given, left } = await stage.play(scenario);

      expect(calm).toEqual([]);
      expect(given).toEqual([expect.objectContaining({ code, severity })]);
      expect(near).toEqual([]);
      expect(left).toEqual([]);
    },
    SCENARIO_TIMEOUT_MS,
  );

  it('leaves the mesh as it was, and nothing new to be found in it', async () => {
    await expectState(bench, before);
    expect(await stage.now()).toEqual(stage.calm);
  });
});
