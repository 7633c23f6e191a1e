import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createPortAllocator, isFree } from '../../rig/ports.ts';

let rigs = '';
let stateDir = '';
const servers: Server[] = [];

beforeEach(() => {
  rigs = mkdtempSync(path.join(os.tmpdir(), 'rig-ports-'));
  stateDir = path.join(rigs, 'one');
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(rigs, { recursive: true, force: true });
});

async function occupy(port: number): Promise<void> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

it('gives a free port on 127.0.0.1', async () => {
  const port = await createPortAllocator(stateDir).take('etcd');

  expect(await isFree(port)).toBe(true);
});

it('gives each name a port of its own, also when all are asked for at once', async () => {
  const ports = createPortAllocator(stateDir);

  const taken = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => ports.take(name)));

  expect(new Set(taken).size).toBe(5);
});

it('gives a name the same port again, while it is in use and after a restart of the rig', async () => {
  const first = await createPortAllocator(stateDir).take('temporal');

  const allocator = createPortAllocator(stateDir);
  const afterRestart = await allocator.take('temporal');
  await occupy(afterRestart);
  const whileInUse = await allocator.take('temporal');

  expect([afterRestart, whileInUse]).toEqual([first, first]);
});

it('gives another port when a program has taken the recorded one meanwhile', async () => {
  const before = await createPortAllocator(stateDir).take('temporal');
  await occupy(before);

  const after = await createPortAllocator(stateDir).take('temporal');

  expect(after).not.toBe(before);
  expect(await isFree(after)).toBe(true);
});

it('keeps away from ports that another rig has on record', async () => {
  const other = path.join(rigs, 'two');
  mkdirSync(other);
  const otherPorts = createPortAllocator(other);
  const theirs = await Promise.all(['a', 'b', 'c'].map((name) => otherPorts.take(name)));

  const ours = createPortAllocator(stateDir);
  const taken = await Promise.all(['a', 'b', 'c'].map((name) => ours.take(name)));

  expect(taken.filter((port) => theirs.includes(port))).toEqual([]);
});
