import picocolors from 'picocolors';
import { stripUnprintable } from '../domain/report-markdown.ts';
import type { Io } from './io.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;
export const OUTPUT_FORMATS = ['text', 'json'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** How a command speaks: its one result on standard output, everything else on standard error. */
export interface Output {
  readonly format: OutputFormat;
  readonly colors: Colors;
  /** Columns of the terminal; a wide fixed width without one, so that logs are not broken up. */
  readonly width: number;
  /** The command's result: one JSON value, or the text. */
  result(value: object, text: () => string): void;
  /** What happens meanwhile: in text mode part of the output, in JSON mode on standard error. */
  say(line: string): void;
  /** A remark that is never part of the output. */
  note(line: string): void;
  /** The stream that `say` writes to, for live progress. */
  readonly sayStream: NodeJS.WriteStream;
}

export function createOutput(io: Io, format: OutputFormat, color: boolean): Output {
  const sayStream = format === 'json' ? io.stderr : io.stdout;
  return {
    format,
    colors: picocolors.createColors(wantsColors(io, color, sayStream)),
    width: sayStream.isTTY ? Math.max(sayStream.columns, 60) : 200,
    sayStream,
    result: (value, text) => {
      io.stdout.write(`${format === 'json' ? encodeJson(value) : harmless(text().trimEnd())}\n`);
    },
    say: (line) => sayStream.write(`${harmless(line)}\n`),
    note: (line) => io.stderr.write(`${harmless(line)}\n`),
  };
}

/** See https://no-color.org: set and not empty means no colours. */
function wantsColors(io: Io, color: boolean, stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = io.env;
  if (!color || (NO_COLOR !== undefined && NO_COLOR !== '')) return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '0') return true;
  return stream.isTTY && TERM !== 'dumb';
}

const ESCAPE = String.fromCharCode(27);
const COLOUR = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`);

/**
 * The last guard: whatever a renderer forgot, only line breaks and colours reach the terminal.
 * Foreign text lost its escapes before it was coloured, so it brings no colours of its own.
 */
export function harmless(text: string): string {
  return text
    .split(COLOUR)
    .map((part) => (COLOUR.test(part) ? part : printableLines(part)))
    .join('');
}

/** JSON on one line, or indented, in which characters that a terminal would obey are written as escapes. */
export function encodeJson(value: object, indent = 0): string {
  return JSON.stringify(value, undefined, indent).replace(
    /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu,
    (found) =>
      Array.from({ length: found.length }, (_, index) => escapeUnit(found.charCodeAt(index))).join(
        '',
      ),
  );
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** Several lines of which each is made safe to print. */
export function printableLines(text: string): string {
  return text.split('\n').map(stripUnprintable).join('\n');
}
