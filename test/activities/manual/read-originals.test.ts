import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  readOriginals,
  UnreadableOriginals,
} from '../../../src/activities/restart/manual/read-originals.ts';

const base = mkdtempSync(path.join(tmpdir(), 'meshlift-originals-'));
let count = 0;
let folder = '';
beforeEach(() => {
  count += 1;
  folder = path.join(base, String(count), 'manifests');
  mkdirSync(folder, { recursive: true });
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function manifestOf(name: string): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name} }\n`;
}

function put(file: string, text: string): string {
  const whole = path.join(folder, file);
  mkdirSync(path.dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

/** `file name`, for each object. */
function namesIn(where: string): readonly string[] {
  return readOriginals(where).map(
    ({ file, object }) => `${path.relative(folder, file)} ${object.metadata.name}`,
  );
}

/** The refusal without the folder; fails when there is none. */
function refusalOf(where: string): string {
  try {
    readOriginals(where);
  } catch (error) {
    if (error instanceof UnreadableOriginals) return error.message.replaceAll(base, '');
    throw error;
  }
  throw new Error('expected a refusal, everything was read');
}

describe('original manifests', () => {
  it('are those of a file', () => {
    const file = put('cart.yaml', `${manifestOf('a')}---\n${manifestOf('b')}---\n`);

    expect(namesIn(file)).toEqual(['cart.yaml a', 'cart.yaml b']);
  });

  it('are those of every file below a folder, by name, but not of hidden or other ones', () => {
    put('z.yml', manifestOf('z'));
    put(
      'shop/a.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } }),
    );
    put('shop/README.md', '# not a manifest');
    put('.git/x.yaml', manifestOf('hidden'));
    put('.x.yaml', manifestOf('hidden'));

    expect(namesIn(folder)).toEqual(['shop/a.json a', 'z.yml z']);
  });

  it('may be links within the folder, as a mounted ConfigMap has them, and not out of it', () => {
    put('..data/cart.yaml', manifestOf('cart'));
    symlinkSync('..data/cart.yaml', path.join(folder, 'cart.yaml'));
    symlinkSync('..data', path.join(folder, 'folder.yaml'));
    expect(namesIn(folder)).toEqual(['cart.yaml cart']);

    const outside = path.join(path.dirname(folder), 'outside.yaml');
    writeFileSync(outside, manifestOf('outside'));
    symlinkSync(outside, path.join(folder, 'web.yaml'));

    expect(refusalOf(folder)).toContain('found a link to');
  });

  it('of a folder beside it whose name begins alike are outside', () => {
    const beside = `${folder}-other`;
    mkdirSync(beside);
    writeFileSync(path.join(beside, 'x.yaml'), manifestOf('x'));
    symlinkSync(path.join(beside, 'x.yaml'), path.join(folder, 'x.yaml'));

    expect(refusalOf(folder)).toContain('found a link to');
  });

  it('must be there', () => {
    expect(refusalOf(path.join(folder, 'none'))).toContain('ENOENT');
    symlinkSync('nowhere.yaml', path.join(folder, 'broken.yaml'));
    expect(refusalOf(folder)).toMatch(/broken\.yaml: .*ENOENT/);
  });

  it.each([
    ['values of a chart', 'replicas: 2', 'expected to be a Kubernetes object'],
    ['a text', 'hello', 'expected to be a Kubernetes object'],
    ['no YAML', 'a: [', 'cart.yaml'],
    ['a key twice', 'a: 1\na: 2', 'unique'],
    [
      'a bomb of aliases',
      `a: &a [1]\nb: &b [${'*a,'.repeat(200)}]\nc: [${'*b,'.repeat(200)}]`,
      'cart.yaml',
    ],
    ['a null byte', 'a: "\0"', 'null byte'],
    ['more than a manifest', `# ${'x'.repeat(1_000_001)}`, 'at most 1000000 bytes'],
    ['nothing but brackets', '['.repeat(100_000), 'cart.yaml'],
  ])('are Kubernetes objects: %s is refused', (_what, text, words) => {
    const file = put('cart.yaml', text);

    expect(refusalOf(file)).toContain(words);
  });

  it('that are no files are not waited for', () => {
    const pipe = path.join(folder, 'pipe.yaml');
    execFileSync('mkfifo', [pipe]);
    put('a.yaml', manifestOf('a'));

    expect(namesIn(folder)).toEqual(['a.yaml a']);
    expect(refusalOf(pipe)).toContain('expected a file, found something else');
  });

  it('lie in a folder of bounded depth', () => {
    put(`${'x/'.repeat(15)}a.yaml`, manifestOf('a'));
    expect(namesIn(folder)).toHaveLength(1);

    put(`${'x/'.repeat(16)}a.yaml`, manifestOf('a'));

    expect(refusalOf(folder)).toContain('at most 16 levels of folders');
  });

  it('are bounded in number', () => {
    for (let index = 0; index < 2000; index += 1) put(`${index}.yaml`, '---\n');
    expect(namesIn(folder)).toEqual([]);

    put('more.yaml', '---\n');

    expect(refusalOf(folder)).toContain('at most 2000 manifests');
  });
});
