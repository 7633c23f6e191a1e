import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, type Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Policy } from '../../src/domain/policy.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-approvals-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file whose policy has these lines; they begin at line 7. */
function load(policy: string, approvers = APPROVERS): Config {
  const file = path.join(folder, 'meshlift.yaml');
  const text = `apiVersion: meshlift.dev/v1alpha1
clusters:
  demo:
    kubeconfig: kube/config
policies:
  default:
${policy}
${approvers}`;
  writeFileSync(file, text);
  return loadConfig(file);
}

function policyOf(policy: string): Policy | undefined {
  return load(policy).clusters.get('demo')?.policy;
}

function refusalOf(policy: string, approvers?: string): string {
  try {
    load(policy, approvers);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  throw new Error('expected a refusal, the file was read');
}

const APPROVERS = `approvers:
  ana: { keys: [keys/ana.jwk], roles: [mesh-admins] }
  ben: { keys: [keys/ben.pem, /etc/ben.jwk], roles: [mesh-admins, on-call] }
`;
const SIGNED = '    approvals: { mode: signed }\n';

describe('the gates of a policy', () => {
  it('are the last one alone, open to all, where nothing is said', () => {
    const policy = policyOf('    pruneGrace: 30s');

    expect(policy?.gates).toEqual({ complete: { expiresSeconds: 86_400 } });
    expect(policy).not.toHaveProperty('approvals');
  });

  it('are resolved with all that the file says, and with no more', () => {
    const policy = policyOf(`${SIGNED}    gates:
      start: { expires: 1h, quorum: 2, requesterMayApprove: false }
      override: { roles: [mesh-admins] }
      wave: { before: every, expires: 2h, onExpiry: halt }
      complete: { roles: [on-call], planDigestRequired: true, onExpiry: rollback }
      halt: { roles: [on-call] }`);

    expect(policy?.approvals).toEqual({ mode: 'signed' });
    expect(policy?.gates).toEqual({
      start: { expiresSeconds: 3600, quorum: 2, requesterMayApprove: false },
      override: { expiresSeconds: 86_400, roles: ['mesh-admins'] },
      wave: { before: 'every', expiresSeconds: 7200, onExpiry: 'halt' },
      complete: {
        expiresSeconds: 86_400,
        roles: ['on-call'],
        planDigestRequired: true,
        onExpiry: 'rollback',
      },
      halt: { roles: ['on-call'] },
    });
  });

  it('name approvers whose keys lie beside the file', () => {
    expect(load(SIGNED).approvers).toEqual({
      ana: { keys: [path.join(folder, 'keys/ana.jwk')], roles: ['mesh-admins'] },
      ben: {
        keys: [path.join(folder, 'keys/ben.pem'), '/etc/ben.jwk'],
        roles: ['mesh-admins', 'on-call'],
      },
    });
  });
});

describe('a gate that cannot be passed is refused with its place', () => {
  it.each([
    [
      'a role that nobody holds',
      `${SIGNED}    gates:\n      complete: { roles: [on-call, admins] }`,
      'meshlift.yaml:9:36: $.policies.default.gates.complete.roles[1]: expected a role that an approver holds (mesh-admins, on-call), found "admins"',
    ],
    [
      'a quorum above the number of those who hold its roles',
      `${SIGNED}    gates:\n      complete: { roles: [on-call], quorum: 2 }`,
      'meshlift.yaml:9:45: $.policies.default.gates.complete.quorum: expected at least 2 of "approvers" who may decide here, found 1 (ben)',
    ],
    [
      'a role for the decision about a halt that nobody holds',
      `${SIGNED}    gates:\n      halt: { roles: [admins] }`,
      'meshlift.yaml:9:23: $.policies.default.gates.halt.roles[0]: expected a role',
    ],
    [
      'a role where nothing proves one',
      '    gates:\n      complete: { roles: [on-call] }',
      'meshlift.yaml:8:26: $.policies.default.gates.complete.roles: expected "approvals: { mode: signed }"',
    ],
    [
      'a halt before anything was touched',
      '    gates:\n      start: { onExpiry: halt }',
      'meshlift.yaml:8:14: $.policies.default.gates.start: Unrecognized key: "onExpiry"',
    ],
  ])('%s', (_what, policy, words) => {
    expect(refusalOf(policy)).toContain(words);
  });

  it('by nobody: signed decisions without approvers', () => {
    expect(load(SIGNED).clusters.size).toBe(1);

    expect(refusalOf(SIGNED, '')).toContain(
      'expected at least 1 of "approvers" who may decide here, found 0 (nobody)',
    );
  });

  it('where no cluster has that policy, as well', () => {
    expect(
      refusalOf('    pruneGrace: 30s\n  other:\n    gates: { complete: { roles: [x] } }'),
    ).toContain('$.policies.other.gates.complete.roles');
  });
});
