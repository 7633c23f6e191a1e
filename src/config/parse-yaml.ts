import { LineCounter, parseAllDocuments, parseDocument, type Document } from 'yaml';

/** Thrown when a text is not one YAML document of plain values. The message says what was found. */
export class UnreadableYaml extends Error {
  override readonly name = 'UnreadableYaml';
}

export interface ParsedYaml {
  readonly document: Document;
  readonly lines: LineCounter;
  /** The document as plain JSON values. */
  readonly value: unknown;
}

/** Nobody writes deeper; a parser that goes deeper runs out of stack. */
const MAX_DEPTH = 64;
const MAX_ALIASES = 100;

/** Reads YAML (or JSON, which is YAML too): one document, no key twice, no tags of its own, bounded aliases. */
export function parseYaml(text: string): ParsedYaml {
  refuseDepth(text);
  const lines = new LineCounter();
  const options = { lineCounter: lines, uniqueKeys: true, prettyErrors: true, stringKeys: true };
  const [first, second] = [...parseAllDocuments(text, options)];
  const document = first ?? parseDocument('', options);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new UnreadableYaml(problem.message);
  if (second !== undefined) {
    const { line } = lines.linePos(second.range[0]);
    throw new UnreadableYaml(`expected one document, found another one (\`---\`) at line ${line}`);
  }
  return { document, lines, value: toValue(document) };
}

/** Aliases are resolved only here: one of nothing, or a bomb of them, is the file's fault. */
function toValue(document: Document): unknown {
  try {
    const value = document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
    // Throws where an alias stands within what it names.
    JSON.stringify(value);
    return value;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnreadableYaml(`${why}; write the value out instead of the alias`);
  }
}

/**
 * A bound on nesting before anything recursive sees the text: brackets that are open at once, and
 * indentation in one line. Brackets within quotes count too, which refuses nothing that people write.
 */
function refuseDepth(text: string): void {
  let open = 0;
  for (const bracket of text.match(/[[\]{}]/g) ?? []) {
    open = bracket === '[' || bracket === '{' ? open + 1 : Math.max(0, open - 1);
    if (open > MAX_DEPTH) throw tooDeep();
  }
  if (/^(?:[ \t]*(?:[-?] )){65}/m.test(text)) throw tooDeep();
  const indents = text.match(/^ *(?=\S)/gm) ?? [];
  const levels: number[] = [];
  for (const { length } of indents) {
    while (levels.length > 0 && (levels.at(-1) ?? 0) >= length) levels.pop();
    levels.push(length);
    if (levels.length > MAX_DEPTH) throw tooDeep();
  }
}

function tooDeep(): UnreadableYaml {
  return new UnreadableYaml(`expected at most ${MAX_DEPTH} levels of nesting, found more`);
}
