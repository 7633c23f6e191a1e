import { Transform } from 'node:stream';

/** Thrown by `limitBytes` as soon as there is more. */
export class TooManyBytes extends Error {
  override readonly name = 'TooManyBytes';
}

/** Passes on at most so many bytes. */
export function limitBytes(max: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > max) done(new TooManyBytes(`more than ${max} bytes`));
      else done(null, chunk);
    },
  });
}
