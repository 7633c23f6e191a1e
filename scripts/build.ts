import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, runNode } from './lib/run-node.ts';
import { bundleWorkflows, formatMegabytes } from './lib/workflow-bundle.ts';

const LIMIT_MINUTES = 5;
const DIST = path.join(ROOT, 'dist');
const BUNDLE = path.join(DIST, 'workflow-bundle.js');

/** The product as JavaScript in `dist/`, with the workflows bundled ahead. */
async function build(): Promise<number> {
  rmSync(DIST, { recursive: true, force: true });
  const { code } = await runNode({
    args: [path.join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'],
    env: process.env,
    signal: new AbortController().signal,
    limitMinutes: LIMIT_MINUTES,
  });
  if (code !== 0) return code;
  const bundle = await bundleWorkflows(path.join(DIST, 'workflows', 'index.js'));
  writeFileSync(BUNDLE, bundle);
  console.error(`dist/ is built; workflow bundle: ${formatMegabytes(bundle)}`);
  return 0;
}

process.exit(await build());
