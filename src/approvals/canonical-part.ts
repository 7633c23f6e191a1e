import canonicalize from 'canonicalize';
import type * as z from 'zod';

/** One part of a token, read; `bytes` are what its value canonicalises to. */
export type ReadPart<T> =
  | { readonly kind: 'read'; readonly value: T; readonly bytes: Buffer }
  | { readonly kind: 'unreadable'; readonly because: string };

const PROBLEMS_SHOWN = 3;

/** The one byte form of a value (RFC 8785). */
export function canonicalBytes(value: object): Buffer {
  return Buffer.from(canonicalize(value) ?? '');
}

/**
 * Reads base64url of canonical JSON of one shape. What decodes, parses and fits, but is not that one
 * form byte for byte, is refused: so no key stands twice, and no two texts mean the same.
 */
export function readCanonical<T extends object>(
  part: string,
  { what, shape }: { readonly what: string; readonly shape: z.ZodType<T> },
): ReadPart<T> {
  const raw = decodeBase64Url(part);
  if (raw === undefined) return unreadable(`expected base64url as ${what}, found other text`);
  const parsed = shape.safeParse(parseJson(raw), { reportInput: true });
  if (!parsed.success) {
    const problems = parsed.error.issues.slice(0, PROBLEMS_SHOWN).map(describeIssue);
    return unreadable(`the ${what} cannot be used: ${problems.join('; ')}`);
  }
  const bytes = canonicalBytes(parsed.data);
  if (!bytes.equals(raw)) {
    return unreadable(
      `expected the ${what} as canonical JSON (RFC 8785), found another form of it: a member twice, another order, or spaces`,
    );
  }
  return { kind: 'read', value: parsed.data, bytes };
}

/** A wrong literal is named: it tells which tool made the token, or what its maker tried. */
function describeIssue(issue: z.core.$ZodIssue): string {
  const found =
    issue.code === 'invalid_value' ? `, found ${JSON.stringify(issue.input)?.slice(0, 60)}` : '';
  return `${[...issue.path.map(String), issue.message].join(': ')}${found}`;
}

/** Only the form that an encoder makes: no padding, no foreign characters, no stray bits at the end. */
export function decodeBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return text !== '' && bytes.toString('base64url') === text ? bytes : undefined;
}

/** `undefined`, which fits no shape, for what is not JSON. */
function parseJson(raw: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw));
  } catch {
    return undefined;
  }
}

function unreadable(because: string): { readonly kind: 'unreadable'; readonly because: string } {
  return { kind: 'unreadable', because };
}
