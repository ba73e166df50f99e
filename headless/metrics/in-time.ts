/** A scrape and a probe wait for nobody. */
import type { Clock } from '../../protocol/ports.ts';

/** Null = it has failed, or was not there in time. */
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
