import { closeSync, openSync, readSync } from 'node:fs';

/** Thrown when a file cannot be text of the size that is allowed. */
export class UnreadableText extends Error {
  override readonly name = 'UnreadableText';
}

const CHUNK_BYTES = 65_536;

/**
 * A file's text. Reads no further than the limit, whatever the file says of its size: a device or a
 * pipe says nothing. Bytes that are not UTF-8 are refused, not replaced.
 */
export function readText(file: string, maxBytes: number): string {
  const descriptor = openSync(file, 'r');
  try {
    return readOpenText(descriptor, maxBytes);
  } finally {
    closeSync(descriptor);
  }
}

/** The same of a file that is open, so that what was asked of it is true of what is read. */
export function readOpenText(descriptor: number, maxBytes: number): string {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const read = readSync(descriptor, chunk, 0, CHUNK_BYTES, null);
    if (read === 0) break;
    size += read;
    if (size > maxBytes) {
      throw new UnreadableText(`expected at most ${maxBytes} bytes, found more`);
    }
    chunks.push(chunk.subarray(0, read));
  }
  return decode(Buffer.concat(chunks));
}

function decode(bytes: Buffer): string {
  if (bytes.includes(0)) throw new UnreadableText('expected text, found a null byte');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadableText('expected UTF-8 text, found other bytes');
  }
}
