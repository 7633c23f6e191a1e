import { createHash, sign, type KeyObject } from 'node:crypto';

/** A log of certificates that promises to have one. */
export interface PromisingLog {
  readonly id: Buffer;
  readonly key: KeyObject;
  readonly at: Date;
}

/** A DER value of up to 64 KiB with a tag of one byte. */
export function derText(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

/** What a certificate's signature is about: the first part of its sequence. */
export function tbsOf(der: Buffer): Buffer {
  const outer = headOf(der, 0);
  const inner = headOf(der, outer.end);
  return der.subarray(outer.end, inner.end + inner.length);
}

function headOf(der: Buffer, at: number): { readonly end: number; readonly length: number } {
  const first = der.readUInt8(at + 1);
  if (first < 0x80) return { end: at + 2, length: first };
  const bytes = first & 0x7f;
  return { end: at + 2 + bytes, length: der.readUIntBE(at + 2, bytes) };
}

/** A list with one signed certificate timestamp (RFC 6962 section 3.2). */
export function promiseOf(
  { id, key, at }: PromisingLog,
  { issuerKey, tbs }: { readonly issuerKey: Buffer; readonly tbs: Buffer },
): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(at.getTime()));
  const none = uint(2, 0);
  const told = Buffer.concat([
    uint(1, 0),
    uint(1, 0),
    time,
    uint(2, 1),
    createHash('sha256').update(issuerKey).digest(),
  ]);
  const signature = sign('sha256', Buffer.concat([told, uint(3, tbs.length), tbs, none]), key);
  const stamp = Buffer.concat([uint(1, 0), id, time, none, uint(1, 4), uint(1, 3)]);
  const entry = Buffer.concat([stamp, uint(2, signature.length), signature]);
  return Buffer.concat([uint(2, entry.length + 2), uint(2, entry.length), entry]);
}

function uint(bytes: number, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}
