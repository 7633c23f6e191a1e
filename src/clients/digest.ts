import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';

/** `sha256:…` over the value's canonical JSON (RFC 8785): the same for the same content. */
export function digestOf(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('expected a JSON value to digest');
  return digestText(text);
}

/** `sha256:…` of a text as it is. */
export function digestText(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
