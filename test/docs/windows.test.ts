import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/load-config.ts';
import { readFreezes } from '../../src/domain/time/freeze-entries.ts';
import { openingsOf } from '../../src/domain/time/openings.ts';

const PAGE = readFileSync(new URL('../../docs/windows.md', import.meta.url), 'utf8');

function blocks(language: string): readonly string[] {
  const found = PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'));
  return [...found].map(([, text = '']) => text);
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-docs-'));
  writeFileSync(path.join(folder, 'maintenance.json'), blocks('json')[1] ?? '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(text: string | undefined): ReturnType<typeof loadConfig> {
  const file = path.join(folder, 'meshlift.yaml');
  writeFileSync(file, text ?? '');
  return loadConfig(file);
}

it('the sample of windows, freezes and a policy is one that can be loaded', () => {
  const config = load(blocks('yaml')[0]);
  expect(config.windows?.map(({ name }) => name)).toEqual(['weeknights', 'patch-sunday']);
  expect(config.freezes?.map(({ name }) => name)).toEqual(['year-end']);
  expect(config.clusters.get('prod-eu')?.policy.windows).toEqual({
    controlPlane: ['weeknights', 'patch-sunday'],
    dataPlane: ['weeknights'],
    complete: ['weeknights'],
    compensation: 'always',
  });
});

it('the sample of a freeze is an entry that can be read', () => {
  const { freezes, unreadable } = readFreezes({ sample: blocks('json')[0] });
  expect(unreadable).toEqual([]);
  expect(freezes).toMatchObject([{ name: 'sample', reason: 'black friday' }]);
});

it('the sample of AKS opens as it says', () => {
  const [window] = load(blocks('yaml')[1]).windows ?? [];
  if (window === undefined) throw new Error('expected a window');
  const week = openingsOf(window, Date.UTC(2026, 10, 23), Date.UTC(2026, 10, 30));
  expect(week.map(({ opensAt }) => new Date(opensAt).toISOString())).toEqual([
    '2026-11-28T21:00:00.000Z',
  ]);
});

it('day 31 opens seven times a year, as the page says', () => {
  const [window] = load(blocks('yaml')[1]).windows ?? [];
  if (window === undefined) throw new Error('expected a window');
  const rule = { kind: 'day-of-month', day: 31, every: 1 } as const;
  const year = openingsOf(
    { ...window, startDate: '2027-01-01', rule, except: [] },
    Date.UTC(2027, 0, 1, 12),
    Date.UTC(2028, 0, 1),
  );
  expect(PAGE).toContain('day 31 opens seven times a year');
  expect(year).toHaveLength(7);
});
