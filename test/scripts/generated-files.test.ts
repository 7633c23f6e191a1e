import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GENERATED_FILES } from '../../scripts/lib/generated-files.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it.each(GENERATED_FILES)('$path is what npm run generate writes', ({ path: name, render }) => {
  expect(readFileSync(path.join(ROOT, name), 'utf8')).toBe(render());
});
