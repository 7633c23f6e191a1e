import { atLeast, atMost, exactly, reported, type Check, type FigureBound } from './topic.ts';

/** One check for each figure that is asked for; one that was not printed falls short. */
export function checkFigures(
  stdout: string,
  bounds: Readonly<Record<string, FigureBound>>,
): readonly Check[] {
  const printed = new Map(
    [...stdout.matchAll(FIGURE)].map(({ groups }) => [groups?.['name'], groups?.['value'] ?? '']),
  );
  return Object.entries(bounds).map(([name, bound]) => checkFigure(name, printed.get(name), bound));
}

function checkFigure(name: string, found: string | undefined, bound: FigureBound): Check {
  const number = found === undefined || found === '' ? undefined : Number(found);
  switch (bound.kind) {
    case 'exactly':
      return exactly(
        name,
        (typeof bound.value === 'number' ? number : found) ?? 'none',
        bound.value,
      );
    case 'reported':
      return reported(name, number);
    case 'at-most':
      return atMost(name, number, bound);
    case 'at-least':
      return atLeast(name, number, bound);
  }
}

const FIGURE = /^figure: (?<name>.+?) = (?<value>.*)$/gm;
