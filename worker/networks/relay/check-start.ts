/** Enough to distinguish a web page from a file. */
const START_BYTES = 512;

/** Passes everything on. `check` sees the beginning (all of a shorter body) before any byte is passed on, and may throw. */
export function checkStart(check: (start: string) => void) {
  return async function* checked(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let held = Buffer.alloc(0);
    let isChecked = false;
    for await (const chunk of source) {
      if (isChecked) {
        yield chunk;
        continue;
      }
      held = Buffer.concat([held, chunk]);
      if (held.length < START_BYTES) continue;
      check(held.toString('utf8', 0, START_BYTES));
      isChecked = true;
      yield held;
    }
    if (isChecked) return;
    check(held.toString('utf8'));
    yield held;
  };
}
