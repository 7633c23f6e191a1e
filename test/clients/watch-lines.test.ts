import { describe, expect, it } from '@jest/globals';
import { LineTooLong, linesOf } from '../../src/clients/watch-lines.ts';

/** A stream that brings these bytes in chunks of the given size. */
async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size: number, longest?: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(inChunks(text, size), longest)) lines.push(line);
  return lines;
}

describe('the lines of a stream', () => {
  const lines = ['{"name":"Łódź 東京 🚀"}', '', 'b', 'a longer line with é'];
  const text = lines.map((line) => `${line}\n`).join('');

  it.each([1, 2, 3, 5, 7, 16, 1000])('are the same in chunks of %i bytes', async (size) => {
    expect(await read(text, size)).toEqual(lines);
  });

  it('do not have one that the stream did not bring to its end', async () => {
    expect(await read('whole\nhal', 4)).toEqual(['whole']);
  });

  it.each([
    ['over many chunks', 3],
    ['within one chunk', 1000],
  ])('may be as long as the limit and not a byte longer, %s', async (_how, size) => {
    expect(await read(`${'x'.repeat(10)}\n${'y'.repeat(10)}\n`, size, 10)).toHaveLength(2);

    await expect(read(`${'x'.repeat(11)}\n`, size, 10)).rejects.toThrow(LineTooLong);
    await expect(read('x'.repeat(11), size, 10)).rejects.toThrow(LineTooLong);
  });
});
