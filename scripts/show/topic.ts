/** One thing that was looked at: what was found, what was promised, and whether it holds. */
export interface Check {
  readonly name: string;
  readonly value: string | number;
  readonly bound: string;
  readonly ok: boolean;
}

interface Limit {
  readonly limit: number;
  readonly unit?: string;
}

/** What a figure has to be that the tests of a suite print as `figure: NAME = VALUE`. */
export type FigureBound =
  | { readonly kind: 'exactly'; readonly value: string | number }
  | ({ readonly kind: 'at-most' | 'at-least' } & Limit)
  /** It only has to be there and above zero. */
  | { readonly kind: 'reported' };

/** The tests of one stage whose files match a pattern. */
export interface Suite {
  readonly stage: 'unit' | 'e2e' | 'data-plane' | 'ways-back' | 'gates-and-time';
  readonly pattern: string;
  /** What its tests print and how it has to be; a check of its own each. */
  readonly figures?: Readonly<Record<string, FigureBound>>;
}

export interface PartOptions {
  readonly signal: AbortSignal;
  /** Tells what is going on; never part of the result. */
  readonly say: (line: string) => void;
}

/** What belongs together in a topic and can be run alone with `--only`. */
export interface Part {
  readonly name: string;
  /** What it does and how long it usually takes, for people. */
  readonly title: string;
  /** The tests that it runs, where it is shown by them. */
  readonly suites?: readonly Suite[];
  readonly run: (options: PartOptions) => Promise<readonly Check[]>;
}

export interface Topic {
  readonly name: string;
  readonly title: string;
  readonly parts: readonly Part[];
}

/** A figure that must not be above a bound; one that is not there is neither above nor below. */
export function atMost(
  name: string,
  value: number | undefined,
  { limit, unit = '' }: Limit,
): Check {
  const ok = value !== undefined && Number.isFinite(value) && value <= limit;
  return { name, value: value ?? 'none', bound: `≤ ${limit}${unit}`, ok };
}

/** A figure that must not be below a bound. */
export function atLeast(
  name: string,
  value: number | undefined,
  { limit, unit = '' }: Limit,
): Check {
  const ok = value !== undefined && Number.isFinite(value) && value >= limit;
  return { name, value: value ?? 'none', bound: `≥ ${limit}${unit}`, ok };
}

/** A figure that is reported, and only has to be there: none would mean that nothing was measured. */
export function reported(name: string, value: number | undefined): Check {
  return { name, value: value ?? 'none', bound: '> 0', ok: value !== undefined && value > 0 };
}

/** A value that must be a certain one. */
export function exactly(name: string, value: string | number, bound: string | number): Check {
  return { name, value, bound: String(bound), ok: value === bound };
}
