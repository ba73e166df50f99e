import type { ChainStakeView } from '../../../contract/life.ts';
import { useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { useAlive } from '../../state/app-context.ts';

/** Of a node that does not run, as the program reads it from the chain. */
export function useChainStake(): ChainStakeView | null {
  const alive = useAlive();
  const read = useNodeRead('chain stake', async (client, signal) => {
    const { status, balanceWei, creditsWei } = await client.money.stake({}, { signal });
    return { status, balanceWei, creditsWei, readMs: Date.now(), doubt: null };
  });
  useRefresh(read, 60_000);
  return alive ? null : read.value;
}
