import Table from 'cli-table3';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import type { Output } from '../output.ts';

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** Rows under a head, aligned, without borders. Every cell is made safe to print. */
export function renderTable(
  output: Output,
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const table = new Table({
    head: head.map((cell) => output.colors.bold(cell)),
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    wordWrap: true,
    colWidths: widthsFor(output.width, head, rows),
  });
  table.push(...rows.map((row) => row.map((cell) => stripUnprintable(String(cell)))));
  return trimLineEnds(table.toString());
}

const GAP = 2;
const NARROWEST_LAST_COLUMN = 24;

/** Columns as wide as their content; the last one, which holds sentences, wraps at the screen's edge. */
function widthsFor(
  width: number,
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): number[] {
  const natural = head.map((title, column) =>
    Math.max(
      title.length,
      ...rows.map((row) => stripUnprintable(String(row[column] ?? '')).length),
      1,
    ),
  );
  const others = natural.slice(0, -1).reduce((sum, columnWidth) => sum + columnWidth + GAP, 0);
  const last = Math.max(width - others, NARROWEST_LAST_COLUMN);
  return natural.map((columnWidth, column) =>
    column === natural.length - 1 ? Math.min(columnWidth, last) : columnWidth,
  );
}

function trimLineEnds(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
