import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export function readDocument(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** The contents of the fenced blocks of one language. */
export function blocksOf(text: string, language: string): readonly string[] {
  const fences = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm');
  return [...text.matchAll(fences)].map(([, block = '']) => block);
}

/** The command lines of all shell blocks, without comments, prompts and what is piped on. */
export function shellLines(text: string): readonly string[] {
  return blocksOf(text, 'sh')
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** The cells of each row of each table, without heads and separators. */
export function tableRows(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  const isSeparator = (line: string | undefined): boolean => /^\|[ :|-]+\|$/.test(line ?? '');
  return lines
    .filter(
      (line, index) => line.startsWith('|') && !isSeparator(line) && !isSeparator(lines[index + 1]),
    )
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** The words of a command line, with quotes taken as a shell takes them. */
export function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}
