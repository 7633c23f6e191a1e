import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/load-config.ts';
import { longestGapDays } from '../../src/domain/standing-policy/longest-gap.ts';
import { STANDING_POLICIES } from '../../src/domain/standing-policy/maintenance-request.ts';
import { MAINTENANCE_OUTCOMES } from '../../src/domain/standing-policy/maintenance-report.ts';
import { parseMaintenanceRequest } from '../../src/domain/standing-policy/parse-maintenance-request.ts';
import type { MaintenanceWindow } from '../../src/domain/time/maintenance-window.ts';
import { blocksOf, readDocument, tableRows } from './markdown.ts';

const DOCUMENT = readDocument('docs/schedules.md');
const SMALLEST = 'apiVersion: meshlift.dev/v1alpha1\nclusters: { demo: { kubeconfig: x } }\n';

function windowsOfExample(): readonly MaintenanceWindow[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'meshlift-schedules-'));
  try {
    const file = path.join(folder, 'meshlift.yaml');
    writeFileSync(file, `${SMALLEST}${blocksOf(DOCUMENT, 'yaml')[0] ?? ''}`);
    return loadConfig(file).windows ?? [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the page about schedules', () => {
  it('has windows that can be read, of which the one for patches opens often enough', () => {
    const windows = windowsOfExample();

    expect(windows.map(({ name }) => name)).toEqual(['weeknights', 'first-sunday']);
    const [weeknights] = windows;
    if (weeknights === undefined) throw new Error('expected a window');
    expect(longestGapDays(weeknights, Date.now())).toBeLessThanOrEqual(7);
  });

  it('has inputs that the workflow takes', () => {
    const inline = [...DOCUMENT.matchAll(/`(\{"cluster".*?\})`/g)].map(([, text = '']) => text);
    const inputs = [...blocksOf(DOCUMENT, 'json'), ...inline];

    expect(inputs.length).toBe(2);
    for (const input of inputs) {
      expect(parseMaintenanceRequest(JSON.parse(input))).toMatchObject({ kind: 'request' });
    }
  });

  it('explains every policy and every outcome', () => {
    const named = tableRows(DOCUMENT).map(([cell = '']) => cell.replaceAll('`', ''));

    expect(named).toEqual([...STANDING_POLICIES, ...named.slice(STANDING_POLICIES.length)]);
    expect(named.slice(STANDING_POLICIES.length).toSorted()).toEqual(
      MAINTENANCE_OUTCOMES.toSorted(),
    );
  });
});
