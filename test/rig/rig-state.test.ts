import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exportLines } from '../../rig/environment.ts';
import { withLock } from '../../rig/lock.ts';
import { ownIdentity } from '../../rig/process-identity.ts';
import { checkRigName, clearState, readRig, stateDirOf, writeRig } from '../../rig/rig-state.ts';

const before = process.env['XDG_STATE_HOME'];
let home = '';

beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'rig-'));
  process.env['XDG_STATE_HOME'] = home;
});

afterEach(() => {
  if (before === undefined) delete process.env['XDG_STATE_HOME'];
  else process.env['XDG_STATE_HOME'] = before;
  rmSync(home, { recursive: true, force: true });
});

describe('the name of a rig', () => {
  it.each(['default', 'e2e-1', 'a', 'abcdefghij0123456789'])('may be %s', (name) => {
    expect(checkRigName(name)).toBe(name);
  });

  it.each(['', 'Upper', 'a_b', '../other', 'a/b', 'a b', 'abcdefghij01234567890'])(
    'may not be "%s"',
    (name) => {
      expect(() => checkRigName(name)).toThrow(`rig name "${name}" must be 1 to 20 characters`);
    },
  );
});

describe('the state folder', () => {
  it('is by name under the XDG state folder', () => {
    expect(stateDirOf('mine')).toBe(path.join(home, 'meshlift', 'rigs', 'mine'));
  });

  it('that is too deep for a unix socket is refused with the remedy', () => {
    process.env['XDG_STATE_HOME'] = `/tmp/${'x'.repeat(70)}`;

    expect(() => stateDirOf('mine')).toThrow('set XDG_STATE_HOME to a shorter folder');
  });

  it('gives back the state that was written, and nothing where there is none', () => {
    const state = {
      name: 'mine',
      bare: true,
      stateDir: stateDirOf('mine'),
      supervisor: ownIdentity(),
      phase: 'starting',
      startedAt: '2026-01-01T00:00:00.000Z',
      parts: [],
    } as const;
    expect(readRig('mine')).toBeUndefined();

    writeRig(state);

    expect(readRig('mine')).toEqual(state);
  });

  it('keeps ports and logs when it is cleared', () => {
    const dir = stateDirOf('mine');
    writeRig({
      name: 'mine',
      bare: false,
      stateDir: dir,
      supervisor: ownIdentity(),
      phase: 'ready',
      startedAt: '',
      parts: [],
    });
    writeFileSync(path.join(dir, 'ports.json'), '{}');

    clearState(dir);

    expect(existsSync(path.join(dir, 'ports.json'))).toBe(true);
    expect(readRig('mine')).toBeUndefined();
  });
});

describe('the lock', () => {
  const order: string[] = [];
  const hold = (file: string, name: string) =>
    withLock({ file }, async () => {
      order.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push(`${name} out`);
    });

  it('lets one in at a time', async () => {
    const file = path.join(home, 'lock');

    await Promise.all([hold(file, 'a'), hold(file, 'b')]);

    expect(order).toEqual(['a in', 'a out', 'b in', 'b out']);
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ['of a process that is gone', JSON.stringify({ pid: process.pid, startTime: 'before/1' })],
    ['that cannot be read', '{'],
  ])('%s is taken over', async (_what, content) => {
    const file = path.join(home, 'lock');
    writeFileSync(file, content);

    const result = await withLock({ file }, async () => 'in');

    expect(result).toBe('in');
  });
});

it('quotes what it exports for a shell', () => {
  const lines = exportLines('mine', {
    apiServer: 'https://127.0.0.1:1',
    kubeconfigs: {
      rig: '/r',
      worker: '/w',
      installer: '/i',
      person: "/it's here/person.yaml",
      script: '/s',
    },
    auditLog: '/audit.log',
    temporalAddress: '127.0.0.1:2',
    temporalUi: 'http://127.0.0.1:3',
    meshliftConfig: '/meshlift.yaml',
    binDir: '/bin dir',
  });

  expect(lines).toEqual([
    String.raw`export KUBECONFIG='/it'\''s here/person.yaml'`,
    `export TEMPORAL_ADDRESS='127.0.0.1:2'`,
    `export TEMPORAL_UI='http://127.0.0.1:3'`,
    `export MESHLIFT_CONFIG='/meshlift.yaml'`,
    `export MESHLIFT_RIG_NAME='mine'`,
    `export PATH='/bin dir':"$PATH"`,
  ]);
});
