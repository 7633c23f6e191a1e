import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadApproverKeys } from '../../src/approvals/approver-keys.ts';
import { verifyDecision } from '../../src/approvals/verify-decision.ts';
import type { DecisionClaims } from '../../src/domain/approval/decision-claims.ts';
import { CLAIMS } from '../approvals/tokens.ts';
import { readJson, runMeshlift, type Ran } from './support/run-meshlift.ts';

jest.setTimeout(30_000);

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-sign-'));
  expect((await sign('keygen', '--out', 'ana')).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

function sign(...args: readonly string[]): Promise<Ran> {
  return runMeshlift(['sign', ...args], { cwd: folder });
}

/** Claims that hold now, in a file. */
function claimsFile(changes: object = {}): {
  readonly file: string;
  readonly claims: DecisionClaims;
} {
  const now = Date.now();
  const claims = {
    ...CLAIMS,
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 3_600_000).toISOString(),
    ...changes,
  };
  const file = path.join(folder, 'claims.json');
  writeFileSync(file, JSON.stringify(claims));
  return { file, claims };
}

describe('sign keygen', () => {
  it('makes a pair of which the private half is its owner’s alone, and says where', async () => {
    const ran = await sign('keygen', '--out', 'bo', '--output', 'json');

    expect(ran.code).toBe(0);
    expect(readJson(ran)).toMatchObject({ kind: 'key', privateFile: 'bo', publicFile: 'bo.pub' });
    expect(statSync(path.join(folder, 'bo')).mode & 0o777).toBe(0o600);
    expect(readFileSync(path.join(folder, 'bo.pub'), 'utf8')).toContain('BEGIN PUBLIC KEY');
    expect(`${ran.stdout}${ran.stderr}`).not.toContain('PRIVATE KEY');
  });

  it('overwrites nothing', async () => {
    const before = readFileSync(path.join(folder, 'ana'), 'utf8');

    const ran = await sign('keygen', '--out', 'ana');

    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('a key is never overwritten');
    expect(readFileSync(path.join(folder, 'ana'), 'utf8')).toBe(before);
  });

  it('asks for a passphrase on a terminal only', async () => {
    const ran = await sign('keygen', '--out', 'cy', '--passphrase');

    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('expected a terminal to ask for the passphrase on');
    expect(() => statSync(path.join(folder, 'cy'))).toThrow('ENOENT');
  });
});

describe('sign --claims, on a machine without a network', () => {
  it('prints the token alone on standard output, and what is signed on standard error', async () => {
    const { file, claims } = claimsFile({ reason: 'CHG-4711' });

    const ran = await sign('--claims', file, '--key', 'ana');

    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^[\w-]+\.[\w-]+\.\.[\w-]{86}\n$/);
    for (const text of [claims.workflowId, claims.gate, claims.planDigest, 'CHG-4711']) {
      expect(ran.stderr).toContain(text);
    }
    const known = await loadApproverKeys({ ana: { keys: [path.join(folder, 'ana.pub')] } });
    expect(await verifyDecision(ran.stdout.trim(), known)).toMatchObject({
      kind: 'verified',
      approver: 'ana',
      claims,
    });
  });

  it('takes what --print-claims --output json printed as well', async () => {
    const { file, claims } = claimsFile();
    writeFileSync(file, JSON.stringify({ kind: 'claims', claims }));

    const ran = await sign('--claims', file, '--key', 'ana', '--output', 'json');

    expect(readJson(ran)).toMatchObject({ kind: 'token', claims });
  });

  it.each<[string, object, string]>([
    [
      'that ended',
      { expiresAt: '2026-01-02T00:00:00.000Z', issuedAt: '2026-01-01T00:00:00.000Z' },
      'expected claims that hold still',
    ],
    ['without a gate', { gate: undefined }, '$.gate: expected a text'],
    ['with more in them', { admin: true }, 'Unrecognized key: "admin"'],
    ['that move the cursor', { reason: '\u001b[2Jok' }, '$.reason: expected one line of text'],
  ])('refuses claims %s', async (_what, changes, because) => {
    const { file } = claimsFile(changes);

    const ran = await sign('--claims', file, '--key', 'ana');

    expect(ran.code).toBe(2);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain(because);
  });

  it('refuses a key that others can read, with what to run', async () => {
    const { file } = claimsFile();
    const open = path.join(folder, 'open');
    writeFileSync(open, readFileSync(path.join(folder, 'ana')));
    chmodSync(open, 0o644);

    const ran = await sign('--claims', file, '--key', open);

    expect(ran.code).toBe(2);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain(`Run: chmod 600 ${open}`);
  });
});

describe('wrong usage of sign', () => {
  it.each<[string, readonly string[], string]>([
    ['no decision', ['demo', '--key', 'ana'], 'expected one decision'],
    ['two decisions', ['demo', '--approve', '--reject'], 'found --approve and --reject'],
    ['a run beside claims', ['demo', '--claims', 'claims.json'], 'neither a run nor a decision'],
    ['a decision beside claims', ['--claims', 'x', '--approve'], 'neither a run nor a decision'],
    ['a time that is none', ['demo', '--approve', '--expires', 'soon'], 'expected a duration'],
    ['claims that are not there', ['--claims', 'no.json', '--key', 'ana'], 'cannot read no.json'],
  ])('refuses %s before it asks anybody', async (_what, args, because) => {
    const ran = await sign(...args);

    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(because);
  });

  it.each<[string, readonly string[], string]>([
    ['no key', [], 'expected either --key FILE or --agent'],
    ['two keys', ['--key', 'ana', '--agent'], 'expected either --key FILE or --agent'],
    ['an agent that is not there', ['--agent'], 'expected an SSH agent at SSH_AUTH_SOCK'],
    ['a key that is not there', ['--key', 'nobody'], 'nobody'],
  ])('refuses %s', async (_what, args, because) => {
    const { file } = claimsFile();

    const ran = await sign('--claims', file, ...args);

    expect(ran.code).toBe(2);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain(because);
  });
});
