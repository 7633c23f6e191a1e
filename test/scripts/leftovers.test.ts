import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ownIdentity, startTimeOf } from '../../rig/process-identity.ts';
import {
  endLeftovers,
  findLeftoversOfDeadRuns,
  findOwnLeftovers,
  RUN_VARIABLE,
} from '../../scripts/lib/leftovers.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that was started under a run; resolves when it runs and, if asked to, ignores SIGTERM. */
async function startUnder(marker: string, { stubborn = false } = {}): Promise<number> {
  const script = `${stubborn ? "process.on('SIGTERM', () => {});" : ''} console.log('up'); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ['-e', script], {
    env: { [RUN_VARIABLE]: marker },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child.pid ?? 0;
}

async function pidOfTheDead(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

const pidsOf = (found: readonly { readonly pid: number }[]): number[] =>
  found.map(({ pid }) => pid);
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('what test runs leave behind (found on Linux only)', () => {
  it('is found when the run that started it is dead', async () => {
    const dead = await pidOfTheDead();

    const pid = await startUnder(`${dead}@some-time`);

    expect(pidsOf(findLeftoversOfDeadRuns())).toContain(pid);
  });

  it('is left alone while the run that started it lives', async () => {
    const { pid: leader, startTime } = ownIdentity();

    const pid = await startUnder(`${leader}@${startTime}`);

    expect(pidsOf(findLeftoversOfDeadRuns())).not.toContain(pid);
    expect(pidsOf(findOwnLeftovers(`${leader}@${startTime}`))).toContain(pid);
  });

  it('is not taken for the run’s own when another process has its leader’s pid by now', async () => {
    const { pid: leader } = ownIdentity();

    const pid = await startUnder(`${leader}@another-time`);

    expect(pidsOf(findLeftoversOfDeadRuns())).toContain(pid);
  });

  it.each([{ stubborn: false }, { stubborn: true }])('is ended, %p', async (options) => {
    const pid = await startUnder('1@planted', options);
    const startTime = startTimeOf(pid) ?? '';

    await endLeftovers([{ pid, startTime, command: 'planted' }]);

    for (let wait = 0; wait < 50 && startTimeOf(pid) !== undefined; wait += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(startTimeOf(pid)).toBeUndefined();
  });

  it('is not ended when its pid belongs to another process by now', async () => {
    const pid = await startUnder('1@planted');

    await endLeftovers([{ pid, startTime: 'before', command: 'planted' }]);

    expect(startTimeOf(pid)).toBeDefined();
  });
});
