import { Transform } from 'node:stream';

/** Passes on at most `maxBytes`, then fails with `error()`. */
export function limitBytes(maxBytes: number, error: () => Error): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > maxBytes) done(error());
      else done(null, chunk);
    },
  });
}
