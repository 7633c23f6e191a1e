import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CliError } from '../../src/cli/cli-error.ts';
import { readObjectFile } from '../../src/cli/request-input.ts';
import { parseRequest } from '../../src/domain/request/parse-request.ts';
import { parseIstioVersion } from '../../src/domain/version/istio-version.ts';
import { HOSTILE_KEYS, HOSTILE_TEXTS } from './hostile-texts.ts';

/** Every input that ever broke something, one file each; a new one is added here and stays. */
const CORPUS = path.join(import.meta.dirname, 'corpus');
const RUNS = 1_000;
/** The same inputs on every machine; MESHLIFT_FUZZ_SEED tries others. */
const SEED = Number(process.env['MESHLIFT_FUZZ_SEED'] ?? 20_261_121);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-fuzz-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...HOSTILE_TEXTS.map(([, each]) => each).filter((each) => each.length < 1000)),
);
const name = fc.oneof(
  fc.constantFrom(
    'cluster',
    'target',
    'reason',
    'overrides',
    'takeOver',
    'planDigest',
    'apiVersion',
  ),
  fc.constantFrom(...HOSTILE_KEYS),
  text,
);
const value = fc.oneof(text, fc.constantFrom('demo', '1.26.1'), fc.jsonValue());
const request = fc.dictionary(name, value);

/** What an accepted request may look like, said a second time and in other words. */
function isInert(accepted: unknown): boolean {
  const { cluster, target, overrides } = accepted as {
    readonly cluster: string;
    readonly target: string;
    readonly overrides: readonly unknown[];
  };
  return (
    /^[a-z0-9-]+$/.test(cluster) &&
    !cluster.startsWith('-') &&
    parseIstioVersion(target) !== undefined &&
    !target.startsWith('-') &&
    overrides.length <= 100
  );
}

function check(input: unknown): void {
  const parsed = parseRequest(input);
  if (parsed.kind === 'request') expect(isInert(parsed.request)).toBe(true);
  else expect(parsed.problems.length).toBeGreaterThan(0);
}

function checkFile(content: string | Buffer): void {
  const file = path.join(folder, 'fuzz.yaml');
  writeFileSync(file, content);
  try {
    check(readObjectFile(file));
  } catch (error) {
    // A refusal in words; anything else is a fault.
    if (!(error instanceof CliError)) throw error;
  }
}

describe('any request', () => {
  it('is refused with a reason, or is inert', () => {
    fc.assert(fc.property(request, check), { numRuns: RUNS, seed: SEED });
  });

  it('has near misses that are accepted: the check above is not idle', () => {
    const nearly = fc.record({ cluster: fc.constant('demo'), target: fc.constant('1.26.1') });
    fc.assert(
      fc.property(nearly, (input) => parseRequest(input).kind === 'request'),
      { numRuns: 10, seed: SEED },
    );
  });
});

describe('any file', () => {
  it('of letters is refused in words or read', () => {
    const yaml = fc.array(
      fc.constantFrom(
        'cluster: ',
        'target: ',
        '"',
        "'",
        '\n',
        '  ',
        '- ',
        '{',
        '}',
        '[',
        ']',
        '&a ',
        '*a',
        '!!',
        '|',
        '>',
        '#',
        ': ',
        ',',
        '---\n',
        '? ',
        '<<: ',
        'demo',
        '1.26.1',
        '\t',
        '\u0000',
        '\ufeff',
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(yaml, (parts) => checkFile(parts.join(''))),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('of bytes is refused in words or read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => checkFile(Buffer.from(bytes))),
      { numRuns: RUNS, seed: SEED },
    );
  });
});

describe('what once broke something', () => {
  it.each(readdirSync(CORPUS))('does so no more: %s', (file) => {
    checkFile(readFileSync(path.join(CORPUS, file)));
  });
});
