import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compactVerify } from 'jose';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { ApproverKeys } from '../../src/approvals/approver-keys.ts';
import { signDecision, type Signer } from '../../src/approvals/sign-decision.ts';
import { verifyDecision } from '../../src/approvals/verify-decision.ts';
import { CLAIMS, claimsOf, encode, forge, headerOf, newSigner, signerOf } from './tokens.ts';

let ana: Extract<Signer, { kind: 'key' }>;
let mallory: Extract<Signer, { kind: 'key' }>;
let keys: ApproverKeys;
let good: string;

beforeAll(async () => {
  [ana, mallory] = [await newSigner(), await newSigner()];
  keys = {
    keys: [{ approver: 'ana', keyId: ana.keyId, publicKey: ana.publicKey }],
    problems: [],
  };
  good = await signDecision(CLAIMS, ana);
});

/** Why it is refused; a token that is verified fails the test. */
async function refusalOf(token: unknown, known: ApproverKeys = keys): Promise<string> {
  const answer = await verifyDecision(token, known);
  expect(answer.kind).toBe('refused');
  return answer.kind === 'refused' ? answer.because : '';
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('a signed decision', () => {
  it('says who signed which claims', async () => {
    expect(await verifyDecision(good, keys)).toEqual({
      kind: 'verified',
      approver: 'ana',
      keyId: ana.keyId,
      claims: CLAIMS,
    });
  });

  it('is the same however its claims were put together', async () => {
    const shuffled = Object.fromEntries(Object.entries(CLAIMS).toReversed()) as never;

    expect(await signDecision(shuffled, ana)).toBe(good);
    expect(forge(ana)).toBe(good);
  });

  it('has a detached JWS that any JWS tool verifies', async () => {
    const [payload = '', header = '', middle, signature = ''] = good.split('.');

    const { protectedHeader } = await compactVerify(
      `${header}.${payload}.${signature}`,
      ana.publicKey,
    );

    expect(middle).toBe('');
    expect(protectedHeader).toEqual({
      alg: 'EdDSA',
      kid: ana.keyId,
      typ: 'meshlift-decision+jws',
    });
  });

  it('fits into a message, with the longest of everything', async () => {
    const long = {
      ...CLAIMS,
      clusterUid: 'u'.repeat(36),
      workflowId: `mesh/${'w'.repeat(126)}`,
      decision: 'skip',
      step: 's'.repeat(63),
      nonce: 'n'.repeat(86),
      reason: '語'.repeat(500),
    } as const;

    const token = await signDecision(long, ana);

    expect((await verifyDecision(token, keys)).kind).toBe('verified');
    expect(token.length).toBeLessThanOrEqual(4000);
  });

  it.each([
    ['no gate', { gate: undefined }],
    ['a digest that is none', { planDigest: 'sha256:abc' }],
    ['a nonce that can be guessed', { nonce: '1' }],
    ['a time without its zone', { expiresAt: '2026-12-01T23:00:00' }],
    ['an end before its beginning', { expiresAt: '2026-12-01T21:00:00.000Z' }],
    ['a reason that moves the cursor', { reason: 'ok\u001b[2A' }],
    ['a step of an approval', { step: 'wave-1' }],
  ])('is not made with %s', async (_what, changes) => {
    await expect(signDecision({ ...CLAIMS, ...changes } as never, ana)).rejects.toThrow();
  });

  it('is not given out when the signer signed something else', async () => {
    const agent: Signer = { ...ana, kind: 'agent', sign: async () => Buffer.alloc(64) };

    await expect(signDecision(CLAIMS, agent)).rejects.toThrow('the signature does not hold');
  });
});

describe('what is no token is refused:', () => {
  it.each<[string, () => unknown, string]>([
    ['nothing', () => undefined, 'expected a text, found undefined'],
    ['null', () => null, 'expected a text, found null'],
    ['an object', () => ({ token: good }), 'expected a text, found object'],
    ['an empty text', () => '', 'expected claims.header..signature'],
    ['dots alone', () => '...', 'expected base64url as header'],
    ['9,000 dots', () => '.'.repeat(9000), 'expected at most 8192 characters, found 9000'],
    ['a token that is too long', () => `${good}${'A'.repeat(8192)}`, 'expected at most 8192'],
    ['a token with a line break', () => `${good}\n`, 'expected a signature of 64 bytes'],
    ['an ordinary JWS', () => good.replace('..', '.'), 'expected claims.header..signature'],
    ['a JWS with its payload', () => good.replace('..', '.e30.'), 'expected claims.header..sig'],
    ['a fifth part', () => `${good}.`, 'expected claims.header..signature'],
    ['padded base64', () => good.replace('..', '=..'), 'expected base64url as header'],
    ['no signature', () => good.replace(/[^.]+$/, ''), 'expected a signature of 64 bytes'],
    ['half a signature', () => good.slice(0, -43), 'expected a signature of 64 bytes'],
  ])('%s', async (_what, token, because) => {
    expect(await refusalOf(token())).toContain(because);
  });
});

describe('a forged header is refused:', () => {
  it.each<[string, () => string, string]>([
    ['alg none', () => headerOf(ana.keyId, { alg: 'none' }), 'expected "EdDSA", found "none"'],
    ['alg HS256', () => headerOf(ana.keyId, { alg: 'HS256' }), 'expected "EdDSA", found "HS256"'],
    ['alg RS256', () => headerOf(ana.keyId, { alg: 'RS256' }), 'expected "EdDSA", found "RS256"'],
    ['alg eddsa', () => headerOf(ana.keyId, { alg: 'eddsa' }), 'expected "EdDSA", found "eddsa"'],
    ['another type', () => headerOf(ana.keyId, { typ: 'JWT' }), 'typ: Invalid input'],
    ['an extension', () => headerOf(ana.keyId, { crit: ['b64'], b64: false }), 'Unrecognized keys'],
    ['an empty crit', () => headerOf(ana.keyId, { crit: [] }), 'Unrecognized key'],
    ['a key of its own', () => headerOf(ana.keyId, { jwk: { kty: 'OKP' } }), 'Unrecognized key'],
    ['a place to get a key', () => headerOf(ana.keyId, { jku: 'http://x' }), 'Unrecognized key'],
    ['no kid', () => headerOf(ana.keyId, { kid: undefined }), 'kid'],
    ['a kid that is a path', () => headerOf('../../dev/null'), 'kid'],
    ['a kid that is a list', () => headerOf(ana.keyId, { kid: [ana.keyId] }), 'kid'],
    ['two algorithms', () => headerOf(ana.keyId).replace('{', '{"alg":"none",'), 'canonical JSON'],
    ['spaces', () => headerOf(ana.keyId).replace(',', ', '), 'canonical JSON'],
    ['a list', () => '[]', 'expected object'],
    ['no JSON', () => 'EdDSA', 'expected object'],
    ['a byte order mark', () => `\ufeff${headerOf(ana.keyId)}`, 'expected object'],
  ])('a header with %s, properly signed', async (_what, header, because) => {
    expect((await verifyDecision(forge(ana), keys)).kind).toBe('verified');

    const said = await refusalOf(forge(ana, { header: header() }));

    expect(said).toContain('header');
    expect(said).toContain(because);
  });
});

describe('forged claims are refused:', () => {
  it.each<[string, () => string, string]>([
    ['an unknown member', () => claimsOf({ role: 'admin' }), 'Unrecognized key: "role"'],
    ['no nonce', () => claimsOf({ nonce: undefined }), 'nonce'],
    ['a nonce that is a number', () => claimsOf({ nonce: 1 }), 'nonce'],
    ['no run', () => claimsOf({ firstRunId: undefined }), 'firstRunId'],
    ['no gate', () => claimsOf({ gate: undefined }), 'gate: expected a text'],
    ['no evidence', () => claimsOf({ evidenceDigest: undefined }), 'evidenceDigest'],
    ['a decision that is none', () => claimsOf({ decision: 'Approve' }), 'decision'],
    ['two decisions', () => claimsOf().replace('{', '{"decision":"reject",'), 'canonical JSON'],
    ['a later double', () => claimsOf().replace('}', ',"gate":"start"}'), 'canonical JSON'],
    ['another order', () => JSON.stringify(CLAIMS), 'canonical JSON'],
    ['escapes', () => claimsOf().replace('complete', 'compl\\u0065te'), 'canonical JSON'],
    ['a prototype', () => claimsOf().replace('{', '{"__proto__":{"a":1},'), 'claims'],
    ['no end', () => claimsOf({ expiresAt: '9999' }), 'expiresAt: expected a time in UTC'],
    ['an end in year 10000', () => claimsOf({ expiresAt: '+010000-01-01T00:00:00.000Z' }), 'UTC'],
    ['an end before its beginning', () => claimsOf({ expiresAt: CLAIMS.issuedAt }), 'after issued'],
    ['30 February', () => claimsOf({ expiresAt: '2027-02-30T00:00:00.000Z' }), 'expiresAt'],
    ['hidden text', () => claimsOf({ reason: 'a\u202eb' }), 'without control characters'],
    ['a line break', () => claimsOf({ reason: 'a\nb' }), 'without control characters'],
    ['leave of an approval', () => claimsOf({ leave: true }), 'leave: expected none'],
    ['leave as a text', () => claimsOf({ decision: 'abort', leave: 'true' }), 'leave'],
    ['a list', () => '[]', 'expected object'],
    ['depth', () => `${'['.repeat(2500)}${']'.repeat(2500)}`, 'expected object'],
    ['a broken text', () => '{"decision":"approve', 'expected object'],
  ])('claims with %s, properly signed', async (_what, claims, because) => {
    const said = await refusalOf(forge(ana, { claims: claims() }));

    expect(said).toContain('claims');
    expect(said).toContain(because);
  });
});

describe('a forged signature is refused:', () => {
  it.each<[string, () => string]>([
    [
      'signed by another key',
      () => forge(ana, { sign: (text) => sign(null, text, mallory.privateKey) }),
    ],
    [
      'a MAC with the public key as its secret',
      () =>
        forge(ana, {
          sign: (text) => {
            const secret = ana.publicKey.export({ type: 'spki', format: 'pem' });
            return createHmac('sha512', secret).update(text).digest();
          },
        }),
    ],
    [
      'RSA',
      () => forge(ana, { sign: (text) => sign('sha256', text, rsa.privateKey).subarray(0, 64) }),
    ],
    ['zeros', () => forge(ana, { sign: () => Buffer.alloc(64) })],
    [
      'a signature over the claims alone',
      () => forge(ana, { sign: () => sign(null, Buffer.from(claimsOf()), ana.privateKey) }),
    ],
    [
      'claims changed afterwards',
      () => good.replace(/^[^.]+/, encode(claimsOf({ gate: 'start' }))),
    ],
    [
      'rejected turned into approved',
      () => {
        const rejected = forge(ana, { claims: claimsOf({ decision: 'reject' }) });
        return rejected.replace(/^[^.]+/, encode(claimsOf()));
      },
    ],
  ])('%s', async (_what, token) => {
    expect(await refusalOf(token())).toContain('the signature does not hold');
  });
});

describe('what else cannot pass:', () => {
  it('a signature of a key that no approver has, under its own id', async () => {
    expect(await refusalOf(forge(mallory))).toBe(
      `the key ${mallory.keyId} belongs to no approver; expected a key of: ana`,
    );
  });

  it('a second form of a good signature, S plus the order of the group', async () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const token = forge(ana, {
      sign: (input) => {
        const made = sign(null, input, ana.privateKey);
        const s = BigInt(`0x${Buffer.from(made.subarray(32)).reverse().toString('hex')}`) + order;
        const bytes = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
        return Buffer.concat([made.subarray(0, 32), bytes]);
      },
    });

    expect(await refusalOf(token)).toContain('the signature does not hold');
  });

  it('stray bits at the end of a part, which decode to the same bytes', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = good.at(-1) ?? '';
    const other = alphabet[alphabet.indexOf(last) + 1] ?? '';
    const twin = `${good.slice(0, -1)}${other}`;
    const bytesOf = (token: string): string =>
      Buffer.from(token.split('.')[3] ?? '', 'base64url').toString('hex');
    expect(bytesOf(twin)).toBe(bytesOf(good));

    expect(await refusalOf(twin)).toContain('expected a signature of 64 bytes, base64url');
  });

  it('a good token without any key to verify it with', async () => {
    const unread = { keys: [], problems: ['the key ana.jwk of approver ana is not used: gone'] };

    expect(await refusalOf(good, unread)).toContain(
      'no approver has a key that can be used. the key ana.jwk of approver ana is not used: gone',
    );
  });

  it('a key that two approvers are said to have', async () => {
    const [own] = keys.keys;
    const both = { keys: own === undefined ? [] : [own, { ...own, approver: 'bo' }], problems: [] };

    expect(await refusalOf(good, both)).toContain('belongs to no approver');
  });

  it('whatever text, and whatever change of a good token', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 300, unit: 'binary' }), async (text) => {
        await refusalOf(text);
      }),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.nat(good.length - 1),
        fc.constantFrom('', '.', '=', 'A', 'AA', '_', '\u00e9'),
        async (at, text) => {
          const changed = `${good.slice(0, at)}${text}${good.slice(at + 1)}`;
          fc.pre(changed !== good);
          await refusalOf(changed);
        },
      ),
      { numRuns: 500 },
    );
  });
});

it('a private key of another kind makes no signer', async () => {
  await expect(signerOf(rsa.privateKey)).rejects.toThrow('expected an Ed25519 key, found rsa');
});
