import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readPlanFile } from '../../src/cli/plan-file.ts';

let file: string;

beforeAll(() => {
  file = path.join(mkdtempSync(path.join(tmpdir(), 'meshlift-plan-')), 'plan.json');
});
afterAll(() => rmSync(path.dirname(file), { recursive: true, force: true }));

describe('a plan that was kept', () => {
  it.each([
    ['nothing', '', /cannot read the plan/],
    ['no JSON', 'kind: plan', /cannot read the plan/],
    ['a blocked answer', '{"kind":"blocked","findings":[]}', /found kind "blocked"/],
    ['a list', '[]', /found kind object/],
    ['a kind that is very long', `{"kind":"${'x'.repeat(9999)}"}`, /^.{0,400}$/s],
    ['a plan of nothing', '{"kind":"plan"}', /\$\.digest: .*\n(.*\n)*Make the plan again/],
    [
      'a plan with prototype keys',
      '{"kind":"plan","__proto__":{"plan":1},"constructor":{}}',
      /Unrecognized key/,
    ],
  ])('is refused as invalid when the file holds %s', async (_what, text, message) => {
    writeFileSync(file, text);

    const reading = readPlanFile(file);

    await expect(reading).rejects.toMatchObject({ code: 'InvalidRequest', exitCode: 2 });
    await expect(reading).rejects.toThrow(message);
  });

  it('is refused unread when the file is far larger than any plan', async () => {
    writeFileSync(file, '');
    truncateSync(file, 100 * 1024 * 1024);

    await expect(readPlanFile(file)).rejects.toThrow(/at most 33554432 are read/);
  });

  it('is refused when there is no file', async () => {
    await expect(readPlanFile(`${file}.none`)).rejects.toMatchObject({ exitCode: 2 });
  });
});
