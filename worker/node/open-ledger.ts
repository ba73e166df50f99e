/** The ledger's opening entry must exist before the first stake; otherwise amounts could be counted twice or missed. */
import type { Clock } from '../../protocol/ports.ts';
import type { Log } from '../log.ts';
import type { Money } from '../money/money.ts';

/**
 * A source that does not answer delays the start no longer than this; what it would have reported shows up as a
 * difference.
 */
const TIMEOUT_MS = 20_000;
const RETRY_MS = 500;

export async function openLedgerFirst(parts: {
  readonly money: Pick<Money, 'sync'>;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<void> {
  const { money, clock, log } = parts;
  const stop = new AbortController();
  const timeout = clock.sleep(TIMEOUT_MS, stop.signal).then(
    () => true,
    () => false,
  );
  const opened = async () => {
    while (!stop.signal.aborted) {
      const { chain } = await money.sync.sync();
      // Null while coins are moving: people often fund a node just before they start it.
      if (chain.kind === 'none' || (chain.kind === 'read' && chain.scannedTo !== null)) return false;
      await clock.sleep(RETRY_MS, stop.signal).catch(() => {});
    }
    return false;
  };
  const isLate = await Promise.race([opened(), timeout]);
  stop.abort();
  if (isLate) log.warn('the ledger was not opened in time; the node continues without it');
}
