import type { DecisionClaims } from '../domain/approval/decision-claims.ts';
import { canonicalBytes, decodeBase64Url, readCanonical } from './canonical-part.ts';
import { decisionClaims, TOKEN_TYPE, tokenHeader, type TokenHeader } from './schema.ts';

/** More than any decision takes; what is longer is not even split. */
export const MAX_TOKEN_BYTES = 8192;
const SIGNATURE_BYTES = 64;
const PARTS = 4;

/**
 * `<claims>.<header>..<signature>`: the claims, base64url, before a detached JWS (RFC 7515, appendix F)
 * over their canonical JSON. One text that can be pasted, and its last three parts verify with any tool
 * that knows JWS.
 */
export interface Token {
  readonly claims: DecisionClaims;
  readonly header: TokenHeader;
  /** As they are signed: the claims' canonical JSON and the header, base64url. */
  readonly payload: string;
  readonly protectedHeader: string;
  readonly signature: string;
}

export type ReadToken =
  | { readonly kind: 'token'; readonly token: Token }
  | { readonly kind: 'unreadable'; readonly because: string };

/** The two parts that a signature is made over. */
export function partsToSign(
  claims: DecisionClaims,
  keyId: string,
): { readonly payload: string; readonly header: TokenHeader; readonly protectedHeader: string } {
  const header = tokenHeader.parse({ alg: 'EdDSA', kid: keyId, typ: TOKEN_TYPE });
  return {
    header,
    payload: canonicalBytes(decisionClaims.parse(claims)).toString('base64url'),
    protectedHeader: canonicalBytes(header).toString('base64url'),
  };
}

export function joinToken(parts: Pick<Token, 'payload' | 'protectedHeader' | 'signature'>): string {
  return `${parts.payload}.${parts.protectedHeader}..${parts.signature}`;
}

/** Takes a token apart, whoever made it; nothing in it is believed before its signature is verified. */
export function readToken(text: unknown): ReadToken {
  if (typeof text !== 'string') return unreadable(`expected a text, found ${typeName(text)}`);
  if (text.length > MAX_TOKEN_BYTES) {
    return unreadable(`expected at most ${MAX_TOKEN_BYTES} characters, found ${text.length}`);
  }
  const parts = text.split('.', PARTS + 1);
  const [claimsPart = '', headerPart = '', middle, signature = ''] = parts;
  if (parts.length !== PARTS || middle !== '') {
    return unreadable('expected claims.header..signature, as `meshlift sign` prints it');
  }
  const header = readCanonical(headerPart, { what: 'header', shape: tokenHeader });
  if (header.kind === 'unreadable') return header;
  const claims = readCanonical(claimsPart, { what: 'claims', shape: decisionClaims });
  if (claims.kind === 'unreadable') return claims;
  if (decodeBase64Url(signature)?.length !== SIGNATURE_BYTES) {
    return unreadable(`expected a signature of ${SIGNATURE_BYTES} bytes, base64url`);
  }
  return {
    kind: 'token',
    token: {
      claims: claims.value,
      header: header.value,
      payload: claims.bytes.toString('base64url'),
      protectedHeader: header.bytes.toString('base64url'),
      signature,
    },
  };
}

function typeName(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

function unreadable(because: string): ReadToken {
  return { kind: 'unreadable', because: `the token cannot be read: ${because}` };
}
