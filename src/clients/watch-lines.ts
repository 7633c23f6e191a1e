/** An object may have 1.5 MB in the store and grows in JSON; more than this is no object. */
const LONGEST_LINE_BYTES = 10_000_000;
const NEWLINE = 0x0a;

/** Thrown when a line does not end. Asking again would bring the same line again. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
  constructor(limit: number) {
    super(`expected lines of at most ${limit} bytes, found a longer one`);
  }
}

/**
 * The lines of a stream of bytes, wherever its chunks begin and end. A line without an end is one
 * that the connection did not bring as a whole: it is left out.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  longest = LONGEST_LINE_BYTES,
): AsyncGenerator<string> {
  let begun: Uint8Array[] = [];
  let bytes = 0;
  const add = (part: Uint8Array): void => {
    bytes += part.length;
    if (bytes > longest) throw new LineTooLong(longest);
    begun.push(part);
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end === -1) break;
      add(chunk.subarray(start, end));
      // Put together before it is decoded: a chunk may end within a character.
      yield Buffer.concat(begun).toString('utf8');
      begun = [];
      bytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
}
