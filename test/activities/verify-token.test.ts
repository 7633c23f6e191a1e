import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { verifyToken } from '../../src/activities/approval/verify-token.ts';
import type { Signer } from '../../src/approvals/sign-decision.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { forge, newSigner } from '../approvals/tokens.ts';

type KeySigner = Extract<Signer, { kind: 'key' }>;

const folder = mkdtempSync(path.join(tmpdir(), 'meshlift-verify-'));
const file = path.join(folder, 'meshlift.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

let ana: KeySigner;
let ben: KeySigner;
beforeAll(async () => {
  ana = await newSigner();
  ben = await newSigner();
  for (const [name, { publicKey }] of Object.entries({ ana, ben })) {
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    writeFileSync(path.join(folder, `${name}.pub`), pem);
  }
});

/** The configuration with these approvers, as the worker has read it when it began. */
function withApprovers(...lines: readonly string[]): Config {
  writeFileSync(
    file,
    [
      'apiVersion: meshlift.dev/v1alpha1',
      'clusters: { prod-eu: { kubeconfig: kube } }',
      'approvers:',
      ...lines.map((line) => `  ${line}`),
    ].join('\n'),
  );
  return loadConfig(file);
}

const ANA = 'ana: { keys: [ana.pub], roles: [admins] }';

describe('who has signed a token', () => {
  it('is told with the roles of the file as it is, not as the worker began with it', async () => {
    const config = withApprovers(ANA);
    withApprovers('ana: { keys: [ana.pub], roles: [on-call] }');

    expect(await verifyToken(config, forge(ana))).toMatchObject({
      kind: 'verified',
      approver: 'ana',
      roles: ['on-call'],
    });
  });

  it('is told with whose the keys of earlier decisions are by now', async () => {
    const earlier = [ben.keyId];
    const config = withApprovers(ANA, 'ben: { keys: [ben.pub], roles: [on-call] }');
    const before = await verifyToken(config, forge(ana), earlier);
    withApprovers(ANA);
    const after = await verifyToken(config, forge(ana), earlier);
    withApprovers(ANA, 'cyd: { keys: [ben.pub] }');
    const taken = await verifyToken(config, forge(ana), earlier);

    const { keyId } = ben;
    expect(before).toMatchObject({ earlier: [{ keyId, approver: 'ben', roles: ['on-call'] }] });
    expect(after).toMatchObject({ kind: 'verified', earlier: [{ keyId, roles: [] }] });
    expect(taken).toMatchObject({ earlier: [{ keyId, approver: 'cyd', roles: [] }] });
  });
});
