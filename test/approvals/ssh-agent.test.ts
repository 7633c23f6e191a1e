import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadApproverKeys } from '../../src/approvals/approver-keys.ts';
import { signDecision } from '../../src/approvals/sign-decision.ts';
import { agentSigner } from '../../src/approvals/ssh-agent.ts';
import { verifyDecision } from '../../src/approvals/verify-decision.ts';
import { CLAIMS } from './tokens.ts';

const hasAgent = ['ssh-agent', 'ssh-add', 'ssh-keygen'].every(
  (name) => spawnSync(name, ['-?']).error === undefined,
);
if (!hasAgent) console.log('skipped: signing by an SSH agent, because OpenSSH is not installed');
const onAgent = hasAgent ? describe : describe.skip;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-agent-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

onAgent('a real SSH agent', () => {
  let socket: string;
  let agent: ChildProcess;

  beforeAll(async () => {
    socket = path.join(folder, 'agent');
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    // It says where it listens once it does.
    await new Promise((resolve) => agent.stdout?.once('data', resolve));
  });
  afterAll(() => void agent.kill());

  function newKey(name: string, kind: string): string {
    const file = path.join(folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', kind, '-N', '', '-C', name, '-f', file]);
    return file;
  }

  function sshAdd(...args: readonly string[]): void {
    execFileSync('ssh-add', ['-q', ...args], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }

  it('without a key is asked for one', async () => {
    await expect(agentSigner(socket, undefined)).rejects.toThrow(
      'expected one Ed25519 key in the SSH agent, found none. Add one with ssh-add',
    );
  });

  it('signs a decision that is verified with the .pub file of the key', async () => {
    const file = newKey('ana', 'ed25519');
    sshAdd(file);
    sshAdd(newKey('old', 'ecdsa'));

    const token = await signDecision(CLAIMS, await agentSigner(socket, undefined));

    const known = await loadApproverKeys({ ana: { keys: [`${file}.pub`] } });
    expect(await verifyDecision(token, known)).toMatchObject({ kind: 'verified', approver: 'ana' });
  });

  it('with several keys signs with the one that is named by comment or by id', async () => {
    sshAdd(newKey('bo', 'ed25519'));

    const named = await agentSigner(socket, 'bo');

    expect(await agentSigner(socket, named.keyId)).toMatchObject({ keyId: named.keyId });
    await expect(agentSigner(socket, undefined)).rejects.toThrow('Name one of them by --agent');
    await expect(agentSigner(socket, 'eve')).rejects.toThrow(
      'expected one Ed25519 key with the comment or id "eve" in the SSH agent, found "ana" (',
    );
  });

  it('whose key went away does not sign', async () => {
    const file = newKey('cy', 'ed25519');
    sshAdd(file);
    const signer = await agentSigner(socket, 'cy');
    expect(readFileSync(`${file}.pub`, 'utf8')).toContain(' cy');
    sshAdd('-d', file);

    await expect(signDecision(CLAIMS, signer)).rejects.toThrow(
      'the SSH agent does not sign with the key "cy"',
    );
  });
});

describe('what is no SSH agent', () => {
  it('is not there', async () => {
    await expect(agentSigner(path.join(folder, 'nowhere'), undefined)).rejects.toThrow(
      'nowhere cannot be reached: connect ENOENT',
    );
  });

  it.each<[string, Buffer, string]>([
    ['hangs up', Buffer.alloc(0), 'ended the connection'],
    ['hangs up in the middle', Buffer.from([0, 0, 0, 9, 12]), 'ended the connection'],
    ['announces too much', Buffer.from([0x7f, 0, 0, 0]), 'announced 2130706432 bytes'],
    ['announces nothing', Buffer.from([0, 0, 0, 0]), 'announced 0 bytes'],
    ['refuses', Buffer.from([0, 0, 0, 1, 5]), 'expected its keys from the SSH agent'],
    ['lists more than it sends', Buffer.from([0, 0, 0, 5, 12, 0, 0, 0, 9]), 'fewer than they'],
    ['sends a long key', Buffer.from([0, 0, 0, 9, 12, 0, 0, 0, 1, 0, 0, 9, 9]), 'fewer than they'],
  ])('%s', async (_what, answer, because) => {
    const socket = path.join(folder, 'odd');
    const server = await listen(socket, answer);
    try {
      await expect(agentSigner(socket, undefined)).rejects.toThrow(because);
    } finally {
      server.close();
    }
  });
});

function listen(socket: string, answer: Buffer): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((connection) => {
      connection.once('data', () => connection.end(answer));
      connection.on('error', () => undefined);
    });
    server.listen(socket, () => resolve(server));
  });
}
