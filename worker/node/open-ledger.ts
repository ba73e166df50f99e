/** The ledger's opening line has to be there before the first stake, so that nothing is counted twice or missed. */
import type { Clock } from '../../protocol/ports.ts';
import type { Log } from '../log.ts';
import type { Money } from '../money/money.ts';

/** A source that does not answer holds nobody up for good: what it would have told then shows as a difference. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 500;

export async function openLedgerFirst(parts: {
  readonly money: Pick<Money, 'sync'>;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<void> {
  const { money, clock, log } = parts;
  const over = new AbortController();
  const late = clock.sleep(PATIENCE_MS, over.signal).then(
    () => true,
    () => false,
  );
  const opened = async () => {
    while (!over.signal.aborted) {
      const { chain } = await money.sync.sync();
      // Null while coin is on the move: whoever starts a node has often sent it some a moment ago.
      if (chain.kind === 'none' || (chain.kind === 'read' && chain.scannedTo !== null)) return false;
      await clock.sleep(LOOK_MS, over.signal).catch(() => {});
    }
    return false;
  };
  const isLate = await Promise.race([opened(), late]);
  over.abort();
  if (isLate) log.warn('the ledger was not opened in time; the node goes on without');
}
