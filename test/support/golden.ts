import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The value that a golden file holds. `MESHLIFT_UPDATE_GOLDEN=1` writes the given one instead, for a
 * person to review like code; a file that is not there is an error otherwise.
 */
export function golden(name: string, value: unknown): unknown {
  const file = fileURLToPath(new URL(`../fixtures/golden/${name}.json`, import.meta.url));
  if (process.env['MESHLIFT_UPDATE_GOLDEN'] === '1') {
    writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
  }
  if (!existsSync(file))
    throw new Error(`no golden file ${file}: run with MESHLIFT_UPDATE_GOLDEN=1`);
  return JSON.parse(readFileSync(file, 'utf8')) as unknown;
}
