import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadApproverKeys } from '../../src/approvals/approver-keys.ts';
import { verifyDecision } from '../../src/approvals/verify-decision.ts';
import { main } from '../../src/cli/main.ts';
import { CLAIMS } from '../approvals/tokens.ts';
import { openTerminal, type Typed } from './support/terminal.ts';

jest.setTimeout(30_000);

const SECRET = 'correct horse';
const ENTER = '\r';
const CTRL_C = '\u0003';

let folder = '';
let key = '';
let claims = '';
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-passphrase-'));
  key = path.join(folder, 'ana');
  claims = path.join(folder, 'claims.json');
  const now = Date.now();
  const times = { issuedAt: now, expiresAt: now + 3_600_000 };
  const iso = Object.entries(times).map(([name, at]) => [name, new Date(at).toISOString()]);
  writeFileSync(claims, JSON.stringify({ ...CLAIMS, ...Object.fromEntries(iso) }));
  const made = await typed(
    ['sign', 'keygen', '--out', key, '--passphrase'],
    [
      ['A passphrase for the new key', SECRET + ENTER],
      ['The same again', SECRET + ENTER],
    ],
  );
  expect(made).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A command line on a terminal at which somebody answers each question once it is there. */
async function typed(
  argv: readonly string[],
  answers: readonly Typed[],
): Promise<{ readonly code: number; readonly stdout: string; readonly screen: string }> {
  const terminal = openTerminal(answers);
  const code = await main(terminal.io, argv);
  return { code, ...terminal.read() };
}

function sign(answers: readonly Typed[]): ReturnType<typeof typed> {
  return typed(['sign', '--claims', claims, '--key', key], answers);
}

describe('a key with a passphrase', () => {
  it('is made of the passphrase that was typed twice, and is unreadable without it', () => {
    expect(readFileSync(key, 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
  });

  it('signs once its passphrase was typed and the question was answered', async () => {
    const { code, stdout, screen } = await sign([
      [`Passphrase of ${key}`, SECRET + ENTER],
      ['Sign this with the key', 'y'],
    ]);

    expect({ code, screen }).toMatchObject({ code: 0 });
    const known = await loadApproverKeys({ ana: { keys: [`${key}.pub`] } });
    expect(await verifyDecision(stdout.trim(), known)).toMatchObject({
      kind: 'verified',
      approver: 'ana',
    });
    expect(`${screen}${stdout}`).not.toContain(SECRET);
  });

  it.each<[string, readonly Typed[], number, string]>([
    [
      'another passphrase',
      [['Passphrase of', `wrong${ENTER}`]],
      2,
      'this passphrase does not open the private key',
    ],
    ['Ctrl-C instead of one', [['Passphrase of', CTRL_C]], 130, 'interrupted; nothing was signed'],
    [
      'a no to the question',
      [
        ['Passphrase of', SECRET + ENTER],
        ['Sign this with the key', 'n'],
      ],
      1,
      'not confirmed; nothing was sent',
    ],
  ])('signs nothing after %s', async (_what, answers, expected, because) => {
    const { code, stdout, screen } = await sign(answers);

    expect(screen).toContain(because);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  });
});

describe('a new key', () => {
  it.each<[string, string, readonly Typed[], string]>([
    ['none', 'bo', [['A passphrase for the new key', ENTER]], 'expected a passphrase, found none'],
    [
      'two different ones',
      'cy',
      [
        ['A passphrase for the new key', SECRET + ENTER],
        ['The same again', `else${ENTER}`],
      ],
      'expected the same passphrase twice, found two. Nothing was made',
    ],
  ])('is not made of %s', async (_what, name, answers, because) => {
    const file = path.join(folder, name);

    const { code, screen } = await typed(
      ['sign', 'keygen', '--out', file, '--passphrase'],
      answers,
    );

    expect(code).toBe(2);
    expect(screen).toContain(because);
    expect([existsSync(file), existsSync(`${file}.pub`)]).toEqual([false, false]);
  });
});
