import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readJson, runMeshlift, type Ran } from './support/run-meshlift.ts';
import { startStubTemporal, type StubTemporal } from './support/server.ts';

const cli = process.env['TEMPORAL_CLI_PATH'] ?? '';
if (cli === '') console.log('skipped: schedules, because TEMPORAL_CLI_PATH is not set');
const onServer = cli === '' ? describe.skip : describe;
jest.setTimeout(120_000);

const CONFIG = `apiVersion: meshlift.dev/v1alpha1
clusters: { demo: { kubeconfig: ./kubeconfig } }
windows:
  nights: { timeZone: Europe/Berlin, daily: { everyDays: 1 }, start: "22:00", duration: 4h }
  patch-sunday: { timeZone: UTC, monthly: { week: last, day: sun }, start: "01:00", duration: 6h }
`;

let temporal: StubTemporal | undefined;
let folder: string;
let config: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-schedule-'));
  config = path.join(folder, 'meshlift.yaml');
  writeFileSync(config, CONFIG);
  if (cli === '') return;
  temporal = await startStubTemporal(cli);
  const deadline = Date.now() + 30_000;
  while ((await schedule('list')).code !== 0) {
    if (Date.now() > deadline) throw new Error('the server does not answer');
    await delay(200);
  }
});
afterAll(async () => {
  await temporal?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function schedule(...args: readonly string[]): Promise<Ran> {
  const env = { TEMPORAL_ADDRESS: temporal?.address ?? '127.0.0.1:1' };
  return runMeshlift(['schedule', ...args, '--config', config], { cwd: '/', env });
}

function inJson(...args: readonly string[]): Promise<Ran> {
  return schedule(...args, '--output', 'json');
}

describe('schedule', () => {
  it.each([
    ['a window that the file does not have', ['--window', 'sundays'], '(nights, patch-sunday)'],
    ['days without a policy that counts any', ['--window', 'nights', '--days', '3'], '--days'],
    [
      'a policy that the window cannot keep',
      ['--window', 'patch-sunday', '--policy', 'patch'],
      'at least every 7 days',
    ],
  ])('create refuses %s before it asks the server', async (_what, options, words) => {
    const ran = await runMeshlift(
      ['schedule', 'create', 'demo', ...options, '--config', config, '--output', 'json'],
      { cwd: '/', env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } },
    );

    expect(ran.code).toBe(2);
    expect(readJson(ran)).toMatchObject({ kind: 'error', code: 'InvalidRequest' });
    expect(ran.stderr).toContain(words);
  });

  it.each(['create', 'list', 'show', 'pause', 'resume', 'trigger', 'delete'])(
    '%s explains itself with an example, its JSON and the exit codes',
    async (name) => {
      const ran = await schedule(name, '--help');

      expect(ran.code).toBe(0);
      expect(ran.stdout).toContain(`$ meshlift schedule ${name}`);
      expect(ran.stdout).toContain('With --output json:\n  {"kind":');
      expect(ran.stdout).toContain('Exit codes: 0 done');
    },
  );
});

/** In the order of a person's day: each builds on the one before. */
onServer('a schedule', () => {
  const NAME = 'demo-nights';

  it('is made once, and the same command again changes nothing', async () => {
    const create = ['create', 'demo', '--window', 'nights', '--policy', 'patch'];
    const first = await inJson(...create);
    const second = await inJson(...create);

    expect(first.code).toBe(0);
    expect(readJson(first)).toMatchObject({
      kind: 'schedule',
      created: true,
      schedule: {
        name: NAME,
        request: { cluster: 'demo', window: 'nights', policy: { kind: 'patch', withinDays: 7 } },
        does: 'take patch releases within 7 days',
        timeZone: 'Europe/Berlin',
        paused: false,
        remarks: [],
      },
    });
    expect(second.code).toBe(0);
    expect(readJson(second)).toMatchObject({ created: false, schedule: { name: NAME } });
  });

  it('that differs from one of its name is refused, with what differs', async () => {
    const ran = await inJson('create', 'demo', '--window', 'nights', '--policy', 'minor');

    expect(ran.code).toBe(1);
    expect(readJson(ran)).toMatchObject({ kind: 'error', code: 'AlreadyExists' });
    expect(ran.stderr).toContain('"kind":"minor"');
    expect(ran.stderr).toContain(`meshlift schedule delete ${NAME}`);
  });

  it('is in the list with when it acts next', async () => {
    const deadline = Date.now() + 20_000;
    let ran = await inJson('list');
    while (ran.stdout.includes('"schedules":[]') && Date.now() < deadline) {
      await delay(200);
      ran = await inJson('list');
    }

    expect(readJson(ran)).toMatchObject({ kind: 'schedules', schedules: [{ name: NAME }] });
    expect((await schedule('list')).stdout).toMatch(
      /demo-nights +demo +nights +\d{4}-\d\d-\d\d 2[01]:0\d:\d\dZ/,
    );
  });

  it('says when its window has changed since', async () => {
    writeFileSync(config, CONFIG.replace('22:00', '23:00'));
    const ran = await schedule('show', NAME);
    writeFileSync(config, CONFIG);

    expect(ran.stdout).toContain('the window has changed since');
    expect(ran.stdout).toContain(`meshlift schedule delete ${NAME}`);
    expect((await schedule('show', NAME)).stdout).not.toContain('Remark');
  });

  it('is paused with a reason, and resumed', async () => {
    expect((await schedule('pause', NAME, '--reason', 'CHG-1 is open')).code).toBe(0);
    const paused = readJson(await inJson('show', NAME));
    expect(paused).toMatchObject({ schedule: { paused: true, note: 'CHG-1 is open', next: [] } });

    expect((await schedule('resume', NAME)).code).toBe(0);
    const resumed = readJson(await inJson('show', NAME));
    expect(resumed).toMatchObject({ schedule: { paused: false } });
  });

  it('is not triggered where no worker would act', async () => {
    const ran = await inJson('trigger', NAME);

    expect(ran.code).toBe(6);
    expect(readJson(ran)).toMatchObject({ code: 'NoWorker' });
    expect(readJson(await inJson('show', NAME))).toMatchObject({ schedule: { taken: 0 } });
  });

  it('acts once when it is triggered, and not again while that is open', async () => {
    await temporal?.startWorker();
    expect((await schedule('trigger', NAME)).code).toBe(0);
    const deadline = Date.now() + 20_000;
    let shown = readJson(await inJson('show', NAME));
    while (JSON.stringify(shown).includes('"actions":[]') && Date.now() < deadline) {
      await delay(200);
      shown = readJson(await inJson('show', NAME));
    }
    expect(shown).toMatchObject({ schedule: { taken: 1 }, actions: [{ outcome: 'Running' }] });

    const again = await inJson('trigger', NAME);

    expect(again.code).toBe(1);
    expect(readJson(again)).toMatchObject({ code: 'AlreadyRunning' });
  });

  it('is deleted, and then not found', async () => {
    expect((await schedule('delete', NAME, '--yes')).code).toBe(0);

    for (const command of ['show', 'pause', 'resume', 'trigger', 'delete']) {
      const ran = await inJson(command, NAME);
      expect(ran.code).toBe(6);
      expect(readJson(ran)).toMatchObject({ kind: 'error', code: 'NotFound' });
    }
  });
});
