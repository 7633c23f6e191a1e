/**
 * Where a name lies on a line from 0 to 100: always the same for the same name, evenly spread over
 * many. FNV-1a with the finalizer of MurmurHash3, which spreads names that end alike. No secret is
 * kept by it.
 */
export function pointOfName(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32) * 100;
}
