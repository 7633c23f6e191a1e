import type { Output } from '../output.ts';

/** A titled part of a page; `undefined` and empty bodies leave no trace. */
export interface Section {
  readonly title: string;
  readonly body: string | undefined;
}

/** A page of titled parts with one empty line between them. */
export function renderSections(output: Output, sections: readonly Section[]): string {
  return sections
    .filter((section) => section.body !== undefined && section.body !== '')
    .map((section) => `${output.colors.bold(section.title)}\n${section.body ?? ''}`)
    .join('\n\n');
}

/** A name and its value; pairs without a value are left out. */
export type Fact = readonly [name: string, value: string | undefined];

/** `name  value` lines, aligned. */
export function renderFacts(output: Output, facts: readonly Fact[]): string {
  const known = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const width = Math.max(...known.map(([name]) => name.length), 0);
  return known
    .map(([name, value]) => `${output.colors.dim(name.padEnd(width))}  ${value}`)
    .join('\n');
}
