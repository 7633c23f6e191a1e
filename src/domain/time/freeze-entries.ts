import { readInstant } from './local-time.ts';
import type { Freeze } from './maintenance-window.ts';

/** The ConfigMap in the mesh's namespace with the freezes that were added at run time. */
export const FREEZES_NAME = 'meshlift-freezes';

/** One of its entries, as it is written there: JSON under the freeze's name. */
export interface FreezeEntry {
  /** ISO 8601, with `Z` or an offset. */
  readonly from: string;
  readonly to: string;
  readonly reason?: string;
  readonly by?: string;
}

export interface FreezeEntries {
  readonly freezes: readonly Freeze[];
  /** Names of entries that nobody can make sense of, a freeze each, for all that is known. */
  readonly unreadable: readonly string[];
}

/** The freezes of a ConfigMap's `data`, by name. */
export function readFreezes(data: Readonly<Record<string, unknown>>): FreezeEntries {
  const freezes: Freeze[] = [];
  const unreadable: string[] = [];
  for (const name of Object.keys(data).sort()) {
    const freeze = readEntry(name, data[name]);
    if (freeze === undefined) unreadable.push(name);
    else freezes.push(freeze);
  }
  return { freezes, unreadable };
}

/** The entry of a freeze. */
export function writeFreeze({ from, to, reason, by }: Freeze): string {
  const entry: FreezeEntry = {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    ...(reason === undefined ? {} : { reason }),
    ...(by === undefined ? {} : { by }),
  };
  return JSON.stringify(entry);
}

function readEntry(name: string, text: unknown): Freeze | undefined {
  const { from, to, reason, by } = parse(text);
  const [begin, end] = [readInstant(from), readInstant(to)];
  if (begin === undefined || end === undefined || begin >= end) return undefined;
  return {
    name,
    from: begin,
    to: end,
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof by === 'string' ? { by } : {}),
  };
}

function parse(text: unknown): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
