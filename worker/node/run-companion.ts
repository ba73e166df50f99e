import type { Clock } from '../../protocol/ports.ts';
import type { Companion } from './node-options.ts';

/** How long an ending node waits for a companion that has a request under way; what it still says after that is not heard. */
const GRACE_MS = 3_000;

/** Resolves when the companion has ended, or soon after the signal. @throws what breaks it before that */
export async function runCompanion(companion: Companion, signal: AbortSignal, clock: Clock): Promise<void> {
  const over = new AbortController();
  const late = new Promise<void>((resolve) => {
    const wait = () => void clock.sleep(GRACE_MS, over.signal).then(resolve, () => resolve());
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true });
  });
  try {
    await Promise.race([companion.run(signal), late]);
  } finally {
    over.abort();
  }
}
