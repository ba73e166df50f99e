import type { Clock } from '../../protocol/ports.ts';
import type { Companion } from './node-options.ts';

/** How long an ending node waits for a companion that has an open request; later results are ignored. */
const GRACE_MS = 3_000;

/** Resolves when the companion has ended, or soon after the signal. @throws the companion's error if it fails before that */
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
