import { exactly, reported, type Check, type FigureBound } from './topic.ts';

/** One check for each figure that is asked for; one that was not printed falls short. */
export function checkFigures(
  stdout: string,
  bounds: Readonly<Record<string, FigureBound>>,
): readonly Check[] {
  const printed = new Map(
    [...stdout.matchAll(FIGURE)].map(({ groups }) => [groups?.['name'], groups?.['value'] ?? '']),
  );
  return Object.entries(bounds).map(([name, bound]) => {
    const found = printed.get(name);
    if (bound.kind === 'reported') {
      return reported(name, found === undefined ? undefined : Number(found));
    }
    const value = typeof bound.value === 'number' && found !== undefined ? Number(found) : found;
    return exactly(name, value ?? 'none', bound.value);
  });
}

const FIGURE = /^figure: (?<name>.+?) = (?<value>.*)$/gm;
