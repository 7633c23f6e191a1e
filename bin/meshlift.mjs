#!/usr/bin/env node
// The command of an installed package: the built starter, or in a checkout the TypeScript itself.
import { existsSync } from 'node:fs';
import { URL } from 'node:url';

const built = new URL('../dist/starter.js', import.meta.url);
const source = new URL('../src/starter.ts', import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `meshlift: expected Node 22.19 or newer, found ${process.version}. ` +
      'Install a newer one from https://nodejs.org; inside the repository use `npm run -s meshlift -- COMMAND`.',
  );
  process.exit(2);
}
await import((existsSync(built) ? built : source).href);
