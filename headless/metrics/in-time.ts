/** Limits how long a scrape or a probe waits. */
import type { Clock } from '../../protocol/ports.ts';

/** Null = it failed or took too long. */
export async function inTime<Value>(
  work: Promise<Value>,
  { clock, withinMs }: { readonly clock: Clock; readonly withinMs: number },
): Promise<Value | null> {
  const over = new AbortController();
  const late = clock.sleep(withinMs, over.signal).then(
    () => null,
    () => null,
  );
  try {
    return await Promise.race([work.catch(() => null), late]);
  } finally {
    over.abort();
  }
}
