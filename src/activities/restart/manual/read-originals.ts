import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import path from 'node:path';
import { readText } from '../../../config/read-text.ts';
import type { Original } from '../../../domain/restart/manual/find-original.ts';
import { parseManifest } from '../../../installers/istioctl/manifest.ts';

/** Original manifests that were given and cannot be read; the message names the file and what to do. */
export class UnreadableOriginals extends Error {
  override readonly name = 'UnreadableOriginals';
  readonly file: string;
  constructor(file: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.file = file;
  }
}

/** Manifests of one cluster's workloads; more is the wrong folder. */
const MOST_FILES = 2000;
const MOST_LEVELS = 16;
const MOST_BYTES_OF_FILE = 1_000_000;
const MOST_BYTES = 32_000_000;
const MANIFEST = /\.(ya?ml|json)$/;

/**
 * The objects of a file, or of every manifest below a folder, in the order of their names. Hidden
 * files are left out. Links are followed to files within the folder (a mounted ConfigMap is made of
 * such) and refused where they lead out of it.
 */
export function readOriginals(where: string): readonly Original[] {
  const root = reading(where, () => realpathSync(where));
  const files = statSync(root).isDirectory() ? filesBelow(root) : [root];
  let left = MOST_BYTES;
  return files.flatMap((file) => {
    const text = readOne(file);
    left -= text.length;
    if (left < 0) throw tooMuch(where, `${MOST_BYTES} characters`);
    return reading(file, () => parseManifest(text)).map((object) => ({ file, object }));
  });
}

/** The text of a file that a person named, bounded. */
export function readOne(file: string): string {
  return reading(file, () => {
    // A pipe would keep a reader waiting for ever.
    if (!statSync(file).isFile()) throw new Error('expected a file, found something else');
    return readText(file, MOST_BYTES_OF_FILE);
  });
}

function filesBelow(root: string): readonly string[] {
  const files: string[] = [];
  const open = [{ folder: root, level: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { folder, level } = next;
    for (const entry of entriesOf(folder)) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (level >= MOST_LEVELS) throw tooMuch(root, `${MOST_LEVELS} levels of folders`);
        open.push({ folder: file, level: level + 1 });
      } else if (MANIFEST.test(entry.name) && isWithin(root, file, entry)) {
        files.push(file);
      }
    }
    if (files.length > MOST_FILES) throw tooMuch(root, `${MOST_FILES} manifests`);
  }
  return files.sort();
}

function entriesOf(folder: string): readonly Dirent[] {
  return reading(folder, () => readdirSync(folder, { withFileTypes: true })).filter(
    ({ name }) => !name.startsWith('.'),
  );
}

/** Whether it is a file to read; throws where a link leads elsewhere. */
function isWithin(root: string, file: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  const target = reading(file, () => realpathSync(file));
  if (!target.startsWith(`${root}${path.sep}`)) {
    throw new UnreadableOriginals(
      file,
      `${file}: expected every manifest within ${root}, found a link to ${target}. Put the file itself there`,
    );
  }
  return reading(file, () => statSync(target)).isFile();
}

/** What goes wrong with a file of somebody's is that file's fault, and says so. */
function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadableOriginals) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UnreadableOriginals(file, `${file}: ${why}`, { cause: error });
  }
}

function tooMuch(where: string, limit: string): UnreadableOriginals {
  return new UnreadableOriginals(
    where,
    `${where}: expected at most ${limit}, found more. Name a folder with nothing but original manifests`,
  );
}
