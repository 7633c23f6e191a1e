import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, type Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load-config.ts';

const HEAD = `apiVersion: meshlift.dev/v1alpha1
clusters:
  demo:
    kubeconfig: kube/config
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-windows-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(text: string): Config {
  const file = path.join(folder, 'meshlift.yaml');
  writeFileSync(file, HEAD + text);
  return loadConfig(file);
}

/** The refusal without the folder; fails when there is none. */
function refusalOf(text: string): string {
  try {
    load(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  throw new Error('expected a refusal, the file was read');
}

/** A maintenance configuration of AKS beside the file. */
function aksFile(content: unknown): void {
  writeFileSync(path.join(folder, 'maintenance.json'), JSON.stringify(content));
}

const FROM_AKS = 'windows:\n  from-aks: { aks: maintenance.json }\n';

describe('windows of the configuration', () => {
  it('are read with their rule, zone and excepted dates', () => {
    const { windows } = load(`windows:
  weeknights: { timeZone: Europe/Berlin, weekly: { days: [tue, thu] }, start: "22:00", duration: 4h, except: ["2026-12-24", { from: "2027-01-01", to: "2027-01-06" }] }
  patch-sunday: { monthly: { week: last, day: sun }, start: "01:00", duration: 6h }
  every-other: { daily: { everyDays: 2 }, start: "03:30", duration: 90m, startDate: "2026-11-02" }
  fifteenth: { monthly: { dayOfMonth: 15, everyMonths: 2 }, start: "00:00", duration: 1h, startDate: "2026-01-15" }
`);
    expect(windows).toEqual([
      {
        name: 'weeknights',
        timeZone: 'Europe/Berlin',
        rule: { kind: 'weekly', days: ['tue', 'thu'], every: 1 },
        start: '22:00',
        durationSeconds: 14_400,
        except: [
          { from: '2026-12-24', to: '2026-12-24' },
          { from: '2027-01-01', to: '2027-01-06' },
        ],
      },
      {
        name: 'patch-sunday',
        timeZone: 'UTC',
        rule: { kind: 'weekday-of-month', week: 'last', day: 'sun', every: 1 },
        start: '01:00',
        durationSeconds: 21_600,
        except: [],
      },
      {
        name: 'every-other',
        timeZone: 'UTC',
        rule: { kind: 'daily', every: 2 },
        start: '03:30',
        durationSeconds: 5400,
        except: [],
        startDate: '2026-11-02',
      },
      {
        name: 'fifteenth',
        timeZone: 'UTC',
        rule: { kind: 'day-of-month', day: 15, every: 2 },
        start: '00:00',
        durationSeconds: 3600,
        except: [],
        startDate: '2026-01-15',
      },
    ]);
  });

  it('are named by policies for the phases that need one', () => {
    const { clusters } = load(`windows:
  nights: { daily: {}, start: "22:00", duration: 4h }
policies:
  default: { windows: { dataPlane: [nights], complete: [nights] } }
`);
    expect(clusters.get('demo')?.policy.windows).toEqual({
      dataPlane: ['nights'],
      complete: ['nights'],
      compensation: 'always',
    });
  });

  it('leave a policy that names none as it was, so that digests of plans stay', () => {
    const { clusters } = load('policies: { default: {} }\n');
    expect(clusters.get('demo')?.policy).not.toHaveProperty('windows');
  });

  it.each([
    [
      'a zone that nobody knows',
      '{ timeZone: Europe/Berlim, daily: {}, start: "22:00", duration: 4h }',
      'expected an IANA time zone such as "Europe/Berlin", or "UTC"',
    ],
    [
      'a window shorter than a minute',
      '{ daily: {}, start: "22:00", duration: 59s }',
      'expected at least a minute, "1m"',
    ],
    [
      'an hour that no day has',
      '{ daily: {}, start: "24:00", duration: 4h }',
      'expected a time of day such as "22:00"',
    ],
    [
      'two rules at once',
      '{ daily: {}, weekly: { days: [mon] }, start: "22:00", duration: 4h }',
      'expected one of "daily", "weekly" and "monthly", found 2',
    ],
    [
      'no rule',
      '{ start: "22:00", duration: 4h }',
      'expected one of "daily", "weekly" and "monthly", found 0',
    ],
    [
      'every second week of nobody knows which',
      '{ weekly: { days: [mon], everyWeeks: 2 }, start: "22:00", duration: 4h }',
      'expected "startDate", from which every 2 are counted',
    ],
    ['a week without days', '{ weekly: { days: [] }, start: "22:00", duration: 4h }', 'Too small'],
    [
      'a day of the week that is none',
      '{ monthly: { week: last, day: sunday }, start: "22:00", duration: 4h }',
      'expected { dayOfMonth: 15 } or { week: last, day: sun }',
    ],
  ])('refuse %s, with its line', (_what, window, message) => {
    const refusal = refusalOf(`windows:\n  nights: ${window}\n`);
    expect(refusal).toMatch(/^meshlift\.yaml:6:\d+: \$\.windows\.nights/);
    expect(refusal).toContain(message);
  });

  it('refuse the name of a window that is not there, with line and column', () => {
    const refusal = refusalOf(`windows:
  nights: { daily: {}, start: "22:00", duration: 4h }
policies:
  default:
    windows: { dataPlane: [night] }
`);
    expect(refusal).toBe(
      'meshlift.yaml:9:28: $.policies.default.windows.dataPlane[0]: expected a window of this file (nights), found "night"',
    );
  });

  it('refuse a phase with an empty list, which would never be open', () => {
    const refusal = refusalOf('policies: { default: { windows: { dataPlane: [] } } }\n');
    expect(refusal).toContain('expected at least one name of "windows"');
  });

  it('refuse a window that is too short for a restart and the soak of a wave', () => {
    const text = (minutes: number): string => `windows:
  short: { daily: {}, start: "22:00", duration: ${minutes}m }
policies:
  default: { soak: { wave: 10m }, windows: { dataPlane: [short] } }
`;
    expect(load(text(11)).windows).toHaveLength(1);
    expect(refusalOf(text(10))).toBe(
      'meshlift.yaml:8:58: $.policies.default.windows.dataPlane[0]: expected a window of at least 660 s, for one restart and the soak of a wave, found short with 600 s. Make it longer, or soak.wave shorter',
    );
  });
});

describe('freezes of the configuration', () => {
  it('are instants, in doubt the longer freeze', () => {
    const { freezes } = load(`freezes:
  - { name: year-end, from: "2026-12-18T00:00", to: "2027-01-04T00:00", timeZone: Europe/Berlin, clusters: [demo], reason: sales }
  - { name: twice, from: "2026-10-25T02:30", to: "2027-10-31T02:30", timeZone: Europe/Berlin }
`);
    expect(freezes).toEqual([
      {
        name: 'year-end',
        from: Date.parse('2026-12-17T23:00:00Z'),
        to: Date.parse('2027-01-03T23:00:00Z'),
        clusters: ['demo'],
        reason: 'sales',
      },
      {
        name: 'twice',
        from: Date.parse('2026-10-25T00:30:00Z'),
        to: Date.parse('2027-10-31T01:30:00Z'),
      },
    ]);
  });

  it.each([
    [
      'an end that is not after the beginning',
      '{ name: a, from: "2026-12-18T00:00", to: "2026-12-18T00:00" }',
      '$.freezes[0].to: expected a time after 2026-12-18T00:00',
    ],
    [
      'a cluster that is not there',
      '{ name: a, from: "2026-12-18T00:00", to: "2026-12-19T00:00", clusters: [prod] }',
      '$.freezes[0].clusters[0]: expected a cluster of this file (demo), found "prod"',
    ],
    [
      'a day without a time',
      '{ name: a, from: "2026-12-18", to: "2026-12-19T00:00" }',
      '$.freezes[0].from: expected a local date and time such as "2026-12-18T00:00"',
    ],
  ])('refuse %s', (_what, freeze, message) => {
    expect(refusalOf(`freezes:\n  - ${freeze}\n`)).toContain(message);
  });
});

describe('a maintenance configuration of AKS', () => {
  const maintenanceWindow = {
    durationHours: 8,
    utcOffset: '+02:00',
    startDate: '2026-11-01',
    startTime: '22:00',
    notAllowedDates: [{ start: '2026-12-23', end: '2027-01-03' }],
  };
  const weekly = { weekly: { intervalWeeks: 2, dayOfWeek: 'Saturday' } };
  const WINDOW = {
    name: 'from-aks',
    timeZone: '+02:00',
    start: '22:00',
    durationSeconds: 28_800,
    except: [{ from: '2026-12-23', to: '2027-01-03' }],
    startDate: '2026-11-01',
  };

  it.each([
    [{ daily: { intervalDays: 3 } }, { kind: 'daily', every: 3 }],
    [weekly, { kind: 'weekly', days: ['sat'], every: 2 }],
    [
      { absoluteMonthly: { intervalMonths: 3, dayOfMonth: 31 } },
      { kind: 'day-of-month', day: 31, every: 3 },
    ],
    [
      { relativeMonthly: { intervalMonths: 1, weekIndex: 'Last', dayOfWeek: 'Sunday' } },
      { kind: 'weekday-of-month', week: 'last', day: 'sun', every: 1 },
    ],
  ])('is a window: %j', (schedule, rule) => {
    aksFile({ properties: { maintenanceWindow: { ...maintenanceWindow, schedule } } });
    expect(load(FROM_AKS).windows).toEqual([{ ...WINDOW, rule }]);
  });

  it('is read as the az command prints it, with nulls for what is not there', () => {
    const all = { daily: null, absoluteMonthly: null, relativeMonthly: null, ...weekly };
    const window = { ...maintenanceWindow, notAllowedDates: null, schedule: all };
    aksFile({
      id: '/subscriptions/…',
      name: 'default',
      notAllowedTime: null,
      maintenanceWindow: window,
    });
    const [found] = load(FROM_AKS).windows ?? [];
    expect(found).toEqual({
      ...WINDOW,
      except: [],
      rule: { kind: 'weekly', days: ['sat'], every: 2 },
    });
  });

  it.each([
    [
      'the older shape',
      { timeInWeek: [{ day: 'Monday', hourSlots: [1] }] },
      'the older shape with "timeInWeek" has no such window',
    ],
    [
      'every second week of nobody knows which',
      { maintenanceWindow: { ...maintenanceWindow, startDate: null, schedule: weekly } },
      'expected "startDate", from which every 2 are counted',
    ],
    [
      'no schedule',
      { maintenanceWindow: { ...maintenanceWindow, schedule: {} } },
      'expected one kind of schedule, found 0',
    ],
  ])('is refused with %s, at the line that names it', (_what, content, message) => {
    aksFile(content);
    const refusal = refusalOf(FROM_AKS);
    expect(refusal).toMatch(
      /^meshlift\.yaml:6:20: \$\.windows\["from-aks"\]\.aks: maintenance\.json: /,
    );
    expect(refusal).toContain(message);
  });
});
