// `npm run generate`: writes the files that are made from the code, and names those that changed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GENERATED_FILES } from './lib/generated-files.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

for (const { path: name, render } of GENERATED_FILES) {
  const file = path.join(ROOT, name);
  const text = render();
  const isStale = !existsSync(file) || readFileSync(file, 'utf8') !== text;
  if (isStale) writeFileSync(file, text);
  process.stderr.write(`${isStale ? 'written' : 'up to date'}: ${name}\n`);
}
