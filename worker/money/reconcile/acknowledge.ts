/**
 * Coins can enter a wallet, or leave it through another program, in ways that this node does not read. The ledger never
 * assumes that: the host must state that it was their transfer, to the wei.
 */
import { transferEntry } from '../chain/chain-entries.ts';
import { MoneyError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type MoneyChain, type MoneySync, THOROUGH } from '../sync.ts';

/** @throws MoneyError MONEY_CONFIRMATION_CHANGED unless the wallet differs from the ledger by exactly `byWei`; ChainError */
export async function acknowledgeTransfer(input: {
  readonly ledger: Ledger;
  readonly sync: Pick<MoneySync, 'sync'>;
  readonly chain: MoneyChain;
  readonly byWei: bigint;
  readonly nowMs: number;
}): Promise<void> {
  const { ledger, sync, chain, byWei, nowMs } = input;
  const state = (await sync.sync(THOROUGH)).chain;
  if (state.kind !== 'read' || state.scannedTo !== state.finalBlock)
    throw confirmationChanged('the chain could not be read to its end');
  const { walletWei } = await chain.reader.holdings(state.finalBlock);
  const differsBy = walletWei - ledger.balanceWei('wallet');
  if (byWei === 0n || differsBy !== byWei) throw confirmationChanged(`the wallet differs by ${differsBy} wei, not by ${byWei}`);
  const atMs = await chain.reader.blockTimeMs(state.finalBlock);
  const seen = { chainId: await chain.reader.chainId(), blockNumber: state.finalBlock, byWei, atMs };
  ledger.record([transferEntry(seen)], nowMs);
}

function confirmationChanged(why: string): MoneyError {
  return new MoneyError('MONEY_CONFIRMATION_CHANGED', why);
}
