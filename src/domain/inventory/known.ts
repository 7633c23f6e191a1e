/** A fact, or why it could not be read. Nothing is ever taken for read that was not. */
export type Known<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'unknown'; readonly why: string };

export function known<T>(value: T): Known<T> {
  return { kind: 'known', value };
}

export function unknown(why: string): Known<never> {
  return { kind: 'unknown', why };
}

/**
 * Something that was not read, of which the facts have no place of their own to say so: where they
 * are absent, that may be why.
 */
export interface UnreadPart {
  /** `Services`, `Rollouts of argoproj.io`, … */
  readonly what: string;
  readonly why: string;
}
