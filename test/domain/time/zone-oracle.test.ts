import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Temporal } from 'temporal-polyfill';
import { isTimeZone } from '../../../src/domain/time/local-time.ts';
import type { MaintenanceWindow } from '../../../src/domain/time/maintenance-window.ts';
import { openingsOf } from '../../../src/domain/time/openings.ts';
import { printFigure } from '../../support/print-figure.ts';
import { findZoneOracle } from './find-zone-oracle.ts';

/** What the oracle tells of one zone. */
interface ZoneStory {
  readonly zone: string;
  readonly version: string;
  /** Offset at the beginning of 2024, in seconds. */
  readonly start: number;
  readonly changes: readonly {
    /** ms since 1970. */
    readonly at: number;
    readonly offset: number;
    /** Minutes of the day, and when a window of that time opens on each date. */
    readonly cases: readonly (readonly [number, readonly (readonly [string, number])[]])[];
  }[];
}

const FIRST = Date.UTC(2024, 0, 1);
const LAST = Date.UTC(2036, 0, 1);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ORACLE = fileURLToPath(new URL('./zone_oracle.py', import.meta.url));
/** One within a day, and one that goes on over midnight and whatever changes there. */
const HOURS = [1, 26];

const oracle = await findZoneOracle();
if (oracle.kind === 'missing') console.log(`skipped: ${oracle.reason}`);
const whenInstalled = oracle.kind === 'installed' ? describe : describe.skip;

async function readStories(folder: string): Promise<readonly ZoneStory[]> {
  const child = spawn('python3', [ORACLE, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const stories: ZoneStory[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    stories.push(JSON.parse(line) as ZoneStory);
  }
  return stories;
}

/** The changes of offset as meshlift's library has them. */
function changesOf(zone: string): readonly { readonly at: number; readonly offset: number }[] {
  const changes = [];
  let moment = Temporal.Instant.fromEpochMilliseconds(FIRST).toZonedDateTimeISO(zone);
  for (;;) {
    const next = moment.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds >= LAST) return changes;
    // What the oracle cannot see either: a new name for the same offset.
    const isChange = next.offsetNanoseconds !== moment.offsetNanoseconds;
    if (isChange)
      changes.push({ at: next.epochMilliseconds, offset: next.offsetNanoseconds / 1e9 });
    moment = next;
  }
}

function windowOf(timeZone: string, minutes: number, hours: number): MaintenanceWindow {
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((each) =>
    String(each).padStart(2, '0'),
  ) as [string, string];
  return {
    name: 'daily',
    timeZone,
    rule: { kind: 'daily', every: 1 },
    start: `${hour}:${minute}`,
    durationSeconds: hours * 3600,
    except: [],
  };
}

/** What is otherwise than the oracle says, one line each. */
function differencesIn({ zone, start, changes }: ZoneStory): {
  readonly openings: number;
  readonly found: readonly string[];
} {
  const found: string[] = [];
  let openings = 0;
  const expect = (what: string, wanted: unknown, got: unknown): void => {
    const [a, b] = [JSON.stringify(wanted), JSON.stringify(got)];
    if (a !== b) found.push(`${zone}: ${what}: expected ${a}, found ${b}`);
  };
  const zoned = Temporal.Instant.fromEpochMilliseconds(FIRST).toZonedDateTimeISO(zone);
  expect('offset at first', start, zoned.offsetNanoseconds / 1e9);
  const wanted = changes.map(({ at, offset }) => ({ at, offset }));
  expect('changes', wanted, changesOf(zone));
  for (const { at, cases } of changes) {
    for (const [minutes, days] of cases) {
      for (const hours of HOURS) {
        const window = windowOf(zone, minutes, hours);
        const got = openingsOf(window, at - 3 * DAY_MS, at + 3 * DAY_MS);
        for (const [day, opensAt] of days) {
          const wantedOpening = { opensAt, closesAt: opensAt + hours * HOUR_MS };
          openings += 1;
          const here = got.filter((each) => each.opensAt === opensAt);
          expect(`${window.start} on ${day} for ${hours} h`, [wantedOpening], here);
        }
        const [from, to] = [days[0]?.[1] ?? 0, days.at(-1)?.[1] ?? 0];
        const between = got.filter(({ opensAt }) => from <= opensAt && opensAt <= to);
        expect(`${window.start}: openings around ${at}`, days.length, between.length);
      }
    }
  }
  return { openings, found };
}

whenInstalled('every zone and every change of its clocks from 2024 to 2035', () => {
  let stories: readonly ZoneStory[] = [];
  beforeAll(async () => {
    if (oracle.kind === 'installed') stories = await readStories(oracle.folder);
  }, 120_000);

  test('the oracle has the data of the very version that Node has', () => {
    expect(stories.length).toBeGreaterThan(500);
    expect(new Set(stories.map(({ version }) => version))).toEqual(
      new Set([process.versions['tz']]),
    );
    expect(stories.flatMap(({ changes }) => changes).length).toBeGreaterThan(4000);
  });

  test('Node knows every zone', () => {
    const unknown = stories.map(({ zone }) => zone).filter((zone) => !isTimeZone(zone));
    // `Factory` is a place holder for a machine whose zone nobody has set.
    expect(unknown).toEqual(['Factory']);
  });

  test('offsets and openings are those of the oracle', () => {
    const known = stories.filter(({ zone }) => isTimeZone(zone));
    const results = known.map(differencesIn);
    const found = results.flatMap((each) => each.found);
    printFigure('zones compared with the oracle', known.length);
    printFigure('changes of clocks compared', known.flatMap(({ changes }) => changes).length);
    printFigure(
      'openings compared',
      results.reduce((sum, { openings }) => sum + openings, 0),
    );
    printFigure('differences from the oracle', found.length);
    expect(found.slice(0, 20)).toEqual([]);
  }, 120_000);
});
