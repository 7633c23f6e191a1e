import { afterAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, type Config } from '../../src/config/config.ts';
import { cacheFolder } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { versionFactsOf } from '../../src/domain/version/version-facts.ts';
import { createSigningKey } from '../support/artefact-server.ts';
import { version } from '../support/sample-mesh.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'meshlift-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const KEY = createSigningKey().publicKey;
const SHA256 = 'a'.repeat(64);

const HEAD = `apiVersion: meshlift.dev/v1alpha1
clusters:
  demo:
    kubeconfig: kube/config
installers:
  istioctl:
`;

/** A file with these lines below `installers.istioctl`; they begin at line 7. */
function load(istioctl: string): Config {
  const file = path.join(folder, 'meshlift.yaml');
  writeFileSync(file, HEAD + istioctl.replace(/^/gm, '    '));
  return loadConfig(file);
}

/** A PEM text as a list in YAML, at an indentation. */
function keyList(pem: string, indent: number): string {
  const lines = pem.trim().split('\n');
  const pad = ' '.repeat(indent);
  return `\n${pad}- |\n${lines.map((line) => `${pad}  ${line}`).join('\n')}`;
}

function refusalOf(istioctl: string): string {
  try {
    load(istioctl);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  throw new Error('expected a refusal, the file was read');
}

describe('sources of istioctl', () => {
  it('are absent where none is configured', () => {
    expect(load('binaries: {}').artefacts).toBeUndefined();
  });

  it('have paths of the file, defaults, and everything that is said', () => {
    const { artefacts } = load(`cache: kept
sources:
  - url: https://mirror.example/istio-{version}-{os}-{arch}.tar.gz
    headers: { Authorization: { file: token } }
    versions: { 1.25.1: { sha256: ${SHA256} }, 1.26.1: {} }
    signature:
      suffix: .1.sig
      publicKeys: ${keyList(KEY, 8)}
  - directory: releases
    bundle:
      trustedRoot: trusted_root.json
      identity: { issuer: "https://accounts.example", subject: release@example.com }
blocked: [{ sha256: ${SHA256}, why: a back door }]`);

    expect(artefacts).toEqual({
      cache: path.join(folder, 'kept'),
      blocked: [{ sha256: SHA256, why: 'a back door' }],
      sources: [
        {
          place: {
            kind: 'url',
            url: 'https://mirror.example/istio-{version}-{os}-{arch}.tar.gz',
            headers: { Authorization: path.join(folder, 'token') },
          },
          versions: { '1.25.1': { sha256: SHA256 }, '1.26.1': {} },
          signature: { suffix: '.1.sig', publicKeys: [KEY] },
        },
        {
          place: {
            kind: 'directory',
            directory: path.join(folder, 'releases'),
            file: 'istio-{version}-{os}-{arch}.tar.gz',
          },
          bundle: {
            suffix: '.sigstore.json',
            trustedRoot: path.join(folder, 'trusted_root.json'),
            signer: {
              kind: 'identity',
              issuer: 'https://accounts.example',
              subject: 'release@example.com',
            },
          },
        },
      ],
    });
  });

  it('are kept below the cache folder of the user', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache' })).toBe('/var/cache/meshlift');
    // The specification has relative ones ignored.
    expect(cacheFolder({ XDG_CACHE_HOME: 'cache' })).toBe(path.join(homedir(), '.cache/meshlift'));
    expect(cacheFolder({})).toBe(path.join(homedir(), '.cache/meshlift'));
  });

  it('may be on this machine without https', () => {
    const url = (host: string): string =>
      `sources: [{ url: "http://${host}/{version}.tgz", versions: { 1.26.1: { sha256: ${SHA256} } } }]`;

    for (const host of ['127.0.0.1:8080', 'localhost', '[::1]:1']) {
      expect(load(url(host)).artefacts?.sources).toHaveLength(1);
    }
    expect(refusalOf(url('127.0.0.1.example.com'))).toContain('expected https');
  });
});

const VERSIONS = `versions: { 1.26.1: { sha256: ${SHA256} } }`;
const P384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
const P256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

describe('a source is refused, with line and column', () => {
  it.each([
    [
      'without a digest and without a key',
      'sources:\n  - url: https://x.example/{version}.tgz\n    versions: { 1.26.1: {} }',
      'meshlift.yaml:9:29: $.installers.istioctl.sources[0].versions["1.26.1"]: expected a sha256, or a signature or a bundle on the source: what cannot be verified is not used',
    ],
    [
      'that is a directory without versions and without a key',
      'sources:\n  - directory: x',
      'meshlift.yaml:8:9: $.installers.istioctl.sources[0]: expected a sha256, or a signature',
    ],
    [
      'with a url and a directory',
      `sources:\n  - url: https://x.example/{version}.tgz\n    directory: x\n    ${VERSIONS}`,
      'meshlift.yaml:8:9: $.installers.istioctl.sources[0]: expected either a url or a directory',
    ],
    [
      'whose url has no versions',
      `sources:\n  - url: https://x.example/{version}.tgz\n    signature:\n      publicKeys: ${keyList(KEY, 8)}`,
      '$.installers.istioctl.sources[0].versions: expected the versions that the url has',
    ],
    [
      'with plain http elsewhere',
      `sources:\n  - url: http://x.example/{version}.tgz\n    ${VERSIONS}`,
      'meshlift.yaml:8:14: $.installers.istioctl.sources[0].url: expected https, or http on this machine, found http://x.example',
    ],
    [
      'with a password in its address',
      `sources:\n  - url: https://me:hush@x.example/{version}.tgz\n    ${VERSIONS}`,
      'expected no user and no password in the address',
    ],
    [
      'without the version in its address',
      `sources:\n  - url: https://x.example/istio.tgz\n    ${VERSIONS}`,
      'expected {version} where the version stands',
    ],
    [
      'with another placeholder',
      `sources:\n  - url: https://x.example/{version}/{home}.tgz\n    ${VERSIONS}`,
      'expected {version}, {os} or {arch}, found {home}',
    ],
    [
      'of zip files',
      `sources:\n  - url: https://x.example/{version}.zip\n    ${VERSIONS}`,
      'found a .zip',
    ],
    [
      'whose file leads out of its directory',
      `sources:\n  - directory: x\n    file: ../{version}\n    ${VERSIONS}`,
      'meshlift.yaml:9:15: $.installers.istioctl.sources[0].file: expected the name of a file',
    ],
    [
      'with a key that is none',
      `sources:\n  - directory: x\n    signature: { publicKeys: [secret] }`,
      'meshlift.yaml:9:35: $.installers.istioctl.sources[0].signature.publicKeys[0]: expected a PEM text',
    ],
    [
      'with a key of another kind',
      `sources:\n  - directory: x\n    signature:\n      publicKeys: ${keyList(P384.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 8)}`,
      'expected an ECDSA key on P-256 or an Ed25519 key, found ec secp384r1',
    ],
    [
      'with a private key',
      `sources:\n  - directory: x\n    signature:\n      publicKeys: ${keyList(P256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 8)}`,
      'expected a PEM text that begins with -----BEGIN PUBLIC KEY-----',
    ],
    [
      'with a bundle that anybody may sign',
      'sources:\n  - directory: x\n    bundle: { trustedRoot: root.json }',
      'meshlift.yaml:9:17: $.installers.istioctl.sources[0].bundle: expected either publicKeys or identity',
    ],
    [
      'that blocks neither a version nor a file',
      'blocked: [{ why: bad }]',
      'meshlift.yaml:7:15: $.installers.istioctl.blocked[0]: expected either a version or a sha256',
    ],
  ])('%s', (_, istioctl, message) => {
    expect(refusalOf(istioctl)).toContain(message);
  });

  it('and shows no password', () => {
    const text = `sources:\n  - url: https://me:hush@x.example/{version}.tgz\n    ${VERSIONS}`;

    expect(refusalOf(text)).not.toContain('hush');
  });
});

describe('a blocked version', () => {
  it('is withdrawn with the reason, beside what is known of its minor', () => {
    const { versions } = load('blocked: [{ version: 1.26.0, why: loses connections }]');

    const known = versionFactsOf(versions, version('1.26.1'));
    expect(known).toMatchObject({ minimumKubernetes: 29 });
    expect(known?.withdrawnBecause).toBeUndefined();
    expect(versionFactsOf(versions, version('1.26.0'))).toMatchObject({
      minimumKubernetes: 29,
      withdrawnBecause: `loses connections (installers.istioctl.blocked in ${path.join(folder, 'meshlift.yaml')})`,
    });
  });

  it('need not be of a minor that is known', () => {
    const { versions } = load('blocked: [{ version: 1.14.2, why: was taken back }]');

    expect(versionFactsOf(versions, version('1.14.2'))?.withdrawnBecause).toContain('taken back');
  });
});
