/** What is known about a stopped node: its stake, which the program reads from the chain, and the rest from its records. */
import type { ChainStakeView, LastWord } from '../../contract/life.ts';
import { useNodeRead, useRefresh } from '../rpc/hooks.ts';
import { useAlive } from './app-context.ts';

export interface LastKnown {
  readonly lastStake: ChainStakeView | null;
  readonly lastWord: LastWord | null;
}

const NOTHING_KNOWN: LastKnown = { lastStake: null, lastWord: null };

/** Nothing while the node answers for itself. */
export function useLastKnown(): LastKnown {
  const alive = useAlive();
  const stake = useNodeRead('chain stake', async (client, signal) => {
    const { status, balanceWei, creditsWei } = await client.money.stake({}, { signal });
    return { status, balanceWei, creditsWei, readMs: Date.now(), doubt: null };
  });
  const word = useNodeRead('last word', (client, signal) => client.node.last({}, { signal }));
  useRefresh(stake, 60_000);
  return alive ? NOTHING_KNOWN : { lastStake: stake.value, lastWord: word.value };
}
