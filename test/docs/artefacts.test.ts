import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ARTEFACT_REASONS } from '../../src/artefacts/artefact-error.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { blocksOf, readDocument, tableRows } from './markdown.ts';

const DOCUMENT = readDocument('docs/artefacts.md');
const folder = mkdtempSync(path.join(tmpdir(), 'meshlift-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('the example of sources is a configuration', () => {
  const [example = ''] = blocksOf(DOCUMENT, 'yaml');
  const file = path.join(folder, 'meshlift.yaml');
  writeFileSync(file, example);

  const { artefacts } = loadConfig(file);

  expect(artefacts?.sources.map(({ place }) => place.kind)).toEqual(['url', 'directory']);
  expect(artefacts?.blocked).toHaveLength(1);
});

it('every reason why an artefact is not used has its meaning, and none that is gone', () => {
  const table = DOCUMENT.split('## When something does not hold')[1] ?? '';
  const told = tableRows(table).flatMap(([cell = '']) => cell.replaceAll('`', '').split(', '));

  expect(told.toSorted()).toEqual([...ARTEFACT_REASONS, 'wrong-version'].toSorted());
});
