import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createSpawn, reapRecorded, type RunningProcess } from '../../rig/process.ts';
import { isSameProcess, startTimeOf } from '../../rig/process-identity.ts';

let stateDir = '';
const logFile = () => path.join(stateDir, 'logs', 'part.log');
const record = () => path.join(stateDir, 'processes.json');
const readRecord = (): unknown => JSON.parse(readFileSync(record(), 'utf8'));

beforeEach(() => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'rig-process-'));
});

afterEach(async () => {
  await reapRecorded(stateDir, 0);
  rmSync(stateDir, { recursive: true, force: true });
});

async function sleeper(name = 'sleeper'): Promise<RunningProcess> {
  const start = createSpawn({ stateDir, graceMs: 200 });
  return start({ name, command: 'sleep', args: ['300'], logFile: logFile() });
}

describe('a process of the rig', () => {
  it('is on record with pid and start time as soon as it runs', async () => {
    const { pid, startTime } = await sleeper();

    expect(readRecord()).toEqual([{ name: 'sleeper', pid, startTime }]);
    expect(startTimeOf(pid)).toBe(startTime);
  });

  it('is gone and off the record after stop', async () => {
    const running = await sleeper();
    expect(isSameProcess(running)).toBe(true);

    await running.stop();

    expect(isSameProcess(running)).toBe(false);
    expect(await running.exited).toBeNull();
    expect(readRecord()).toEqual([]);
  });

  it('is killed when it does not heed SIGTERM, together with what it started', async () => {
    const start = createSpawn({ stateDir, graceMs: 100 });
    const script = `trap '' TERM; sleep 300 & echo $!; wait; sleep 300`;
    const stubborn = await start({
      name: 'stubborn',
      command: 'sh',
      args: ['-c', script],
      logFile: logFile(),
    });
    const grandchild = await firstNumberIn(logFile());
    expect(startTimeOf(grandchild)).toBeDefined();

    await stubborn.stop();

    expect(isSameProcess(stubborn)).toBe(false);
    expect(startTimeOf(grandchild)).toBeUndefined();
  });

  it('does not get the environment of the person who starts the rig', async () => {
    process.env['KUBECONFIG'] = '/somewhere/else';
    const start = createSpawn({ stateDir });

    const printed = await start({
      name: 'env',
      command: 'env',
      args: [],
      env: { REVISION: '1-25-1' },
      logFile: logFile(),
    });
    await printed.exited;

    const text = readFileSync(logFile(), 'utf8');
    delete process.env['KUBECONFIG'];
    expect(text).toContain('REVISION=1-25-1');
    expect(text).not.toContain('KUBECONFIG');
  });

  it('that is missing is named with its path', async () => {
    const start = createSpawn({ stateDir });
    const command = path.join(stateDir, 'no-such-program');

    const starting = start({ name: 'etcd', command, args: [], logFile: logFile() });

    await expect(starting).rejects.toThrow(`etcd: ${command} is missing or not executable`);
  });
});

describe('reaping what a killed supervisor left', () => {
  it('ends a recorded process whose start time matches', async () => {
    const left = await sleeper();

    const ended = await reapRecorded(stateDir, 200);

    expect(ended).toEqual(['sleeper']);
    expect(isSameProcess(left)).toBe(false);
  });

  it('spares a process that only has the same pid', async () => {
    const stranger = await sleeper('stranger');
    const { pid } = stranger;
    writeFileSync(record(), JSON.stringify([{ name: 'old', pid, startTime: 'another/1' }]));

    const ended = await reapRecorded(stateDir, 200);

    expect(ended).toEqual([]);
    expect(isSameProcess(stranger)).toBe(true);
    await stranger.stop();
  });

  it('does nothing where there is no record or an unreadable one', async () => {
    expect(await reapRecorded(stateDir, 0)).toEqual([]);
    writeFileSync(record(), '[{"pid":');

    expect(await reapRecorded(stateDir, 0)).toEqual([]);
  });

  it('counts a zombie as gone', async () => {
    const zombie = spawn('sh', ['-c', 'sleep 0.01 & exec sleep 5'], { stdio: 'ignore' });
    const parent = zombie.pid ?? 0;
    const child = await firstZombieOf(parent);

    const seen = child === undefined ? undefined : startTimeOf(child);

    zombie.kill('SIGKILL');
    expect(seen).toBeUndefined();
  });
});

const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux('a process of the rig dies with a supervisor that is killed (Linux only)', async () => {
  const supervisor = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', holdASleeper(stateDir)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const pid = await new Promise<number>((resolve) =>
    supervisor.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))),
  );
  expect(startTimeOf(pid)).toBeDefined();

  supervisor.kill('SIGKILL');
  await eventually(() => startTimeOf(pid) === undefined);

  expect(startTimeOf(pid)).toBeUndefined();
});

function holdASleeper(dir: string): string {
  const module = new URL('../../rig/process.ts', import.meta.url).href;
  return `
    import { createSpawn } from ${JSON.stringify(module)};
    const start = createSpawn({ stateDir: ${JSON.stringify(dir)} });
    const logFile = ${JSON.stringify(path.join(dir, 'part.log'))};
    const { pid } = await start({ name: 'sleeper', command: 'sleep', args: ['300'], logFile });
    console.log(pid);
    setInterval(() => {}, 1000);
  `;
}

async function firstNumberIn(file: string): Promise<number> {
  await eventually(() => readFileSync(file, 'utf8').endsWith('\n'));
  return Number(readFileSync(file, 'utf8'));
}

async function firstZombieOf(parent: number): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const file = `/proc/${parent}/task/${parent}/children`;
  await eventually(() => readFileSync(file, 'utf8').trim() !== '');
  const child = Number(readFileSync(file, 'utf8').trim());
  await eventually(() => readFileSync(`/proc/${child}/stat`, 'utf8').includes(') Z '));
  return child;
}

async function eventually(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!isTrue() && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
