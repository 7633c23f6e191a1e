import { UnusableKey } from './ed25519-key.ts';

/** A `string` of SSH (RFC 4251, section 5): its length in four bytes, then so many bytes. */
export function readSshString(
  bytes: Buffer,
  start: number,
): { readonly bytes: Buffer; readonly end: number } {
  if (start + 4 > bytes.length) throw cutOff();
  const from = start + 4;
  const end = from + bytes.readUInt32BE(start);
  if (end > bytes.length) throw cutOff();
  return { bytes: bytes.subarray(from, end), end };
}

export function writeSshString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function cutOff(): UnusableKey {
  return new UnusableKey('expected bytes in the form of SSH, found fewer than they announce');
}
