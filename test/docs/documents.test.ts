import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { readDocument, ROOT, tableRows } from './markdown.ts';

const manifest = z
  .object({
    scripts: z.record(z.string(), z.string()),
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readDocument('package.json')));

const folders = ['.', 'docs', 'docs/decisions'];
const documents = folders.flatMap((folder) =>
  readdirSync(path.join(ROOT, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join(folder, file)),
);

it('CONTRIBUTING has every script, and none that is gone', () => {
  const rows = tableRows(readDocument('CONTRIBUTING.md'));

  const described = rows.flatMap(
    ([cell = '']) => /^`npm (?:run )?([\w:-]+)`$/.exec(cell)?.[1] ?? [],
  );

  expect(described.toSorted()).toEqual(Object.keys(manifest.scripts).toSorted());
});

it('every dependency has its reason, and none that is gone', () => {
  const [atRunTime = '', forDevelopment = ''] = readDocument('docs/dependencies.md')
    .split(/^## /m)
    .slice(1);
  const packagesIn = (text: string): string[] =>
    tableRows(text).map(([cell = '']) => cell.replaceAll('`', ''));

  expect(packagesIn(atRunTime).toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted());
  expect(packagesIn(forDevelopment).toSorted()).toEqual(
    Object.keys(manifest.devDependencies).toSorted(),
  );
});

it('every dependency is pinned exactly', () => {
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, range]) => !/^\d+\.\d+\.\d+$/.test(range),
  );

  expect(ranges).toEqual([]);
});

describe.each(documents)('%s', (file) => {
  const text = readDocument(file);

  it('links only to what exists', () => {
    const targets = [...text.matchAll(/\]\(([^)#]+)?(#[^)]*)?\)/g)].map(([, target]) => target);

    const missing = targets
      .filter((target) => target !== undefined && !/^https?:/.test(target))
      .filter((target) => !existsSync(path.join(ROOT, path.dirname(file), target ?? '')));

    expect(missing).toEqual([]);
  });

  it('names only files that exist', () => {
    const named = [...text.matchAll(/`((?:src|rig|test|docs|deploy|scripts)\/[\w./-]+)`/g)].map(
      ([, name = '']) => name,
    );

    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });
});

it("the rig's README names each of its folders", () => {
  const rig = readdirSync(path.join(ROOT, 'rig'), { withFileTypes: true });
  const inTable = tableRows(readDocument('rig/README.md')).map(([cell = '']) => cell);

  const unnamed = rig
    .filter((entry) => entry.isDirectory())
    .filter(({ name }) => !inTable.some((cell) => cell.includes(`\`${name}/\``)));

  expect(unnamed.map(({ name }) => name)).toEqual([]);
});

/** What a person puts there is named as well. */
function isThere(file: string): boolean {
  const byPerson = ['deploy/meshlift/meshlift.yaml', 'deploy/istioctl/'];
  return byPerson.includes(file) || existsSync(path.join(ROOT, file));
}

it('changelog entries have a kind, a title and a text', () => {
  const entry = z.strictObject({
    kind: z.enum(['added', 'changed', 'fixed', 'removed', 'security']),
    title: z.string().min(1),
    text: z.string().min(1),
  });
  const files = readdirSync(path.join(ROOT, 'changelog')).filter((file) => file.endsWith('.yaml'));

  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    expect(entry.safeParse(parse(readDocument(`changelog/${file}`)))).toMatchObject({
      success: true,
    });
  }
});
