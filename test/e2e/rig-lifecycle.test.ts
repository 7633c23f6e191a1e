import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureTools } from '../../rig/build-tools.ts';
import { isSameProcess, type ProcessIdentity } from '../../rig/process-identity.ts';

const CLI = fileURLToPath(new URL('../../rig/cli.ts', import.meta.url));
const START_RIG = new URL('../../rig/start-rig.ts', import.meta.url).href;
const NODE_ARGS = ['--disable-warning=ExperimentalWarning'];
/** From nothing, on a small machine. */
const BUILD_TIMEOUT_MS = 45 * 60_000;
const RIG_TIMEOUT_MS = 120_000;
const NAME = 'lifecycle';

let home = '';
const stateDir = () => path.join(home, 'meshlift', 'rigs', NAME);

beforeAll(async () => {
  await ensureTools();
}, BUILD_TIMEOUT_MS);

beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'rig-'));
});

afterEach(async () => {
  await run(['down']);
  rmSync(home, { recursive: true, force: true });
}, RIG_TIMEOUT_MS);

it(
  'is up after `up`, is not started twice, and leaves no process after `down`',
  async () => {
    expect(await run(['up', '--bare'])).toMatchObject({ code: 0 });
    const parts = recorded();
    expect(parts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['etcd', 'kube-apiserver', 'kwok', 'temporal']),
    );
    expect(await run(['status'])).toMatchObject({ code: 0 });

    const again = await run(['up', '--bare']);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('is up already') });
    expect(recorded()).toEqual(parts);

    expect(await run(['down'])).toMatchObject({ code: 0 });
    expect(parts.filter(isSameProcess)).toEqual([]);
    expect(await run(['down'])).toMatchObject({ code: 0 });
    expect(await run(['status'])).toMatchObject({ code: 1 });
  },
  RIG_TIMEOUT_MS,
);

it(
  'is cleaned up and started anew by `up` after its supervisor was killed',
  async () => {
    await run(['up', '--bare']);
    const before = recorded();
    const [first] = before;
    expect(first).toBeDefined();
    process.kill(supervisor().pid, 'SIGKILL');

    const again = await run(['up', '--bare']);

    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('is ready') });
    expect(before.filter(isSameProcess)).toEqual([]);
    expect(recorded().filter(isSameProcess)).toHaveLength(before.length);
  },
  RIG_TIMEOUT_MS,
);

it.each(['SIGINT', 'SIGTERM'] as const)(
  'in the foreground is down after %s',
  async (signal) => {
    const held = start(process.execPath, [
      ...NODE_ARGS,
      CLI,
      ...cliArgs(['up', '--bare', '--foreground']),
    ]);
    await held.saw('Ctrl-C takes it down');
    const parts = recorded();
    expect(parts.filter(isSameProcess)).toHaveLength(parts.length);

    held.child.kill(signal);
    await held.ended;

    expect(parts.filter(isSameProcess)).toEqual([]);
    expect(await run(['status'])).toMatchObject({ code: 1 });
  },
  RIG_TIMEOUT_MS,
);

it(
  'that belongs to its caller ends when the caller is killed',
  async () => {
    const script = `
      import { startRig } from ${JSON.stringify(START_RIG)};
      await startRig({ name: ${JSON.stringify(NAME)}, bare: true, endsWithCaller: true });
      console.error('caller has its rig');
      setInterval(() => {}, 1000);
    `;
    const caller = start(process.execPath, [...NODE_ARGS, '--input-type=module', '-e', script]);
    await caller.saw('caller has its rig');
    const processes: ProcessIdentity[] = [...recorded(), supervisor()];

    caller.child.kill('SIGKILL');
    await eventually(() => !processes.some(isSameProcess));

    expect(processes.filter(isSameProcess)).toEqual([]);
  },
  RIG_TIMEOUT_MS,
);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly saw: (text: string) => Promise<void>;
}

function cliArgs([command = '', ...rest]: string[]): string[] {
  return [command, '--name', NAME, ...rest];
}

async function run(args: string[]): Promise<Ended> {
  return start(process.execPath, [...NODE_ARGS, CLI, ...cliArgs(args)]).ended;
}

/** With a state folder of its own, so that it cannot meet a rig that a person has up. */
function start(command: string, args: string[]): Started {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
  const env = { ...process.env, XDG_STATE_HOME: home, XDG_CACHE_HOME: cache };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  const saw = async (text: string) => {
    await eventually(() => stderr.includes(text) || child.exitCode !== null);
    if (!stderr.includes(text)) throw new Error(`"${text}" was not printed, but:\n${stderr}`);
  };
  return { child, ended, saw };
}

function recorded(): (ProcessIdentity & { name: string })[] {
  return readJson('processes.json') as (ProcessIdentity & { name: string })[];
}

function supervisor(): ProcessIdentity {
  return (readJson('rig.json') as { supervisor: ProcessIdentity }).supervisor;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(path.join(stateDir(), file), 'utf8'));
}

async function eventually(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!isTrue() && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
