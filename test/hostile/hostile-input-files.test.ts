import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CliError } from '../../src/cli/cli-error.ts';
import { readObjectFile } from '../../src/cli/request-input.ts';
import { ConfigError } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load-config.ts';

const MEGABYTE = 1_000_000;
/** Refusing must not cost more than reading would. */
const PATIENCE_MS = 5_000;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-hostile-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Content = string | Buffer;

const laughs = (depth: number): string =>
  [
    'a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]',
    ...Array.from(
      { length: depth },
      (_, index) => `a${index + 1}: &a${index + 1} [${`*a${index},`.repeat(10)}]`,
    ),
  ].join('\n');

/** Each with what the refusal has to say. */
const FILES: readonly (readonly [name: string, content: Content, words: RegExp])[] = [
  ['a bomb of aliases', laughs(12), /alias/i],
  ['an alias of itself', 'cluster: &a [*a]', /alias/],
  ['an alias of nothing', 'cluster: *gone', /gone/],
  ['ten thousand brackets', '['.repeat(10_000), /levels of nesting/],
  ['ten thousand braces', '{"a":'.repeat(10_000), /levels of nesting/],
  ['ten thousand dashes', '- '.repeat(10_000), /levels of nesting/],
  [
    'a thousand indents',
    Array.from({ length: 1000 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'),
    /levels of nesting|bytes/,
  ],
  ['a key twice', 'cluster: demo\ncluster: prod', /unique/i],
  ['a key twice in JSON', '{"cluster":"demo","cluster":"prod"}', /unique/i],
  ['two documents', 'cluster: demo\n---\ncluster: prod', /line 2/],
  ['a tag of JavaScript', 'cluster: !!js/function "function(){}"', /tag/i],
  ['a tag of Python', 'cluster: !!python/object/apply:os.system ["id"]', /tag/i],
  ['a tag of its own', 'cluster: !evil demo', /tag/i],
  ['a key that is no text', '? [a, b]\n: demo', /./],
  ['a null byte', 'cluster: "demo\u0000"', /null byte/],
  ['bytes that are not UTF-8', Buffer.from([0x63, 0x3a, 0x20, 0xff, 0xfe]), /UTF-8/],
  ['UTF-16', Buffer.from('\ufeffcluster: demo', 'utf16le'), /null byte/],
  ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0x02, 0x01, 0x01, 0x00, 0xc3]), /null byte/],
  ['nothing', '', /object|\$/],
  ['a comment', '# nothing here', /object|\$/],
  ['a list', '- cluster: demo', /list|object/i],
  ['a number', '42', /object/i],
  ['a text', 'just words', /object/i],
  ['two megabytes of blanks', ' '.repeat(2 * MEGABYTE), /bytes/],
  ['two megabytes of letters', `cluster: ${'a'.repeat(2 * MEGABYTE)}`, /bytes/],
  ['an open quote', 'cluster: "demo', /quote|Missing/i],
  ['a tab for an indent', 'a:\n\tb: c', /tab|indent/i],
];

function refusal(read: (file: string) => unknown, file: string): string {
  try {
    read(file);
  } catch (error) {
    if (error instanceof CliError || error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('expected a refusal, the file was read');
}

describe.each([
  ['a request', readObjectFile],
  ['a configuration', loadConfig],
] as const)('the file of %s', (_what, read) => {
  it.each(FILES)(
    'with %s is refused at once, in words',
    (_name, content, words) => {
      const file = path.join(folder, 'hostile.yaml');
      writeFileSync(file, content);

      const message = refusal(read, file);

      expect(message).toMatch(words);
      expect(message.length).toBeLessThan(2000);
      expect(message).not.toMatch(/call stack|heap|at .*\.ts:\d/);
    },
    PATIENCE_MS,
  );

  it(
    'of a hundred megabytes is refused without being read',
    () => {
      const file = path.join(folder, 'large.yaml');
      closeSync(openSync(file, 'w'));
      truncateSync(file, 100 * MEGABYTE);
      const before = process.memoryUsage().rss;

      expect(refusal(read, file)).toContain('bytes');
      expect(process.memoryUsage().rss - before).toBeLessThan(50 * MEGABYTE);
    },
    PATIENCE_MS,
  );

  it(
    'that never ends is refused',
    () => {
      expect(refusal(read, '/dev/zero')).toContain('bytes');
    },
    PATIENCE_MS,
  );

  it('that is a folder is refused', () => {
    expect(refusal(read, folder)).toMatch(/directory/i);
  });
});

describe('a member called __proto__ in a file', () => {
  it('is a member like any other, for the schema to refuse', () => {
    const file = path.join(folder, 'proto.yaml');
    writeFileSync(file, '{"__proto__":{"polluted":true},"cluster":"demo"}');

    const read = readObjectFile(file);

    expect(Object.keys(read)).toContain('__proto__');
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('hostile words on a command line', () => {
  const STARTER = path.join(import.meta.dirname, '..', '..', 'src', 'starter.ts');

  it.each([
    ['an option for the version', ['plan', 'demo', '--target', '--set=hub=evil']],
    ['a shell command for the version', ['plan', 'demo', '--target', '1.26.1;id']],
    ['a path for the cluster', ['plan', '../../etc/passwd', '--target', '1.26.1']],
    ['a prototype for the cluster', ['inspect', '__proto__']],
    ['a terminal escape for the cluster', ['inspect', '\u001b[2Jdemo']],
    ['an override without its parts', ['plan', 'demo', '--target', '1.26.1', '--override', '===']],
  ])(
    '%s are refused with exit code 2, and show no escape of theirs',
    (_name, args) => {
      const file = path.join(folder, 'meshlift.yaml');
      writeFileSync(
        file,
        'apiVersion: meshlift.dev/v1alpha1\nclusters: {demo: {kubeconfig: /nowhere}}\n',
      );

      const ran = spawnSync(process.execPath, [STARTER, ...args, '--config', file], {
        encoding: 'utf8',
      });

      expect(ran.status).toBe(2);
      expect(ran.stdout).toBe('');
      expect(ran.stderr).not.toContain('\u001b[2J');
      expect(ran.stderr).not.toMatch(/\bat .*\.ts:\d/);
    },
    30_000,
  );
});
