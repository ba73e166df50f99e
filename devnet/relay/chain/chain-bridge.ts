/**
 * The relay at the chain: returns and takes stakes, pays withdrawals, and follows the events of the staking contracts.
 * Source: RELAY_PROTOCOL 3.8, 4.8, 4.10. Passes run one after another. Everything that is owed is in the store, so the
 * next pass makes up for one that fails or is cut short. The chain is saved before the books take anything from it:
 * after a power cut the chain may know more than the books, but never less.
 */

import type { Hex } from '../../../protocol/hex.ts';
import { SerialQueue } from '../../../protocol/serial-queue.ts';
import type { ChainEvent, RelayChain } from '../../chain/relay-chain.ts';
import { DevnetError } from '../../errors.ts';
import type { RelayContext } from '../context.ts';
import { replaceDelegations } from '../delegations.ts';
import { setChainStake } from '../stakes.ts';
import type { ChainJobRow, WithdrawalRow } from '../store/rows.ts';
import { fulfilWithdrawal } from '../withdrawals.ts';
import { applyChainEvent } from './chain-events.ts';

export class ChainBridge {
  readonly #context: RelayContext;
  readonly #chain: RelayChain;
  readonly #queue = new SerialQueue();
  #isSameChain = false;

  constructor(context: RelayContext, chain: RelayChain) {
    this.#context = context;
    this.#chain = chain;
  }

  /** One whole pass. @throws DevnetError DEVNET_STATE_MISMATCH, DevnetChainError, and what the connection throws */
  sync(): Promise<void> {
    return this.#queue.run(() => this.#sync());
  }

  /**
   * Updates the books with everything that the chain currently says about a node, including its delegations. @throws as
   * {@link sync}
   */
  async syncNode(node: Hex): Promise<void> {
    await this.sync();
    const chain = this.#chain;
    const [{ status, balanceWei }, sharePercent] = [await chain.stake(node), await chain.delegatorShare(node)];
    const delegations = await chain.delegations(node);
    await chain.save();
    const { store } = this.#context;
    store.transaction(() => {
      setChainStake(this.#context, { node, status, balanceWei, reason: `read-${node}-${store.ledger.size + 1}` });
      const rows = [...delegations].map(([delegator, stakeWei]) => ({ delegator, stakeWei }));
      replaceDelegations(this.#context, { node, sharePercent, delegations: rows });
    });
  }

  /** Where withdrawals go: the beneficial address, or the account's own if none is set. */
  async payoutAddress(account: Hex): Promise<Hex> {
    return (await this.#chain.benefitAddress(account)) ?? account;
  }

  async #sync(): Promise<void> {
    const { store, config } = this.#context;
    if (!this.#isSameChain) await this.#assertSameChain();
    // Follow events first: a stake that is already gone need not be returned.
    await this.#follow();
    for (const job of store.chainJobs.values().filter(({ open }) => open)) await this.#perform(job);
    if (config.withdraw.pays) {
      for (const row of store.withdrawals.values().filter(({ status }) => status === 'Pending')) await this.#pay(row);
    }
    await this.#follow();
  }

  async #follow(): Promise<void> {
    const { store } = this.#context;
    for (;;) {
      const from = store.chainCursor.get('head')?.nextBlock ?? 0;
      const { events, nextBlock } = await this.#chain.scan(from);
      if (nextBlock === from) return;
      const blockHash = (await this.#chain.blockHash(nextBlock - 1)) ?? '';
      await this.#chain.save();
      store.transaction(() => {
        for (const event of events) this.#apply(event);
        store.chainCursor.put({ nextBlock, blockHash });
      });
    }
  }

  #apply(event: ChainEvent): void {
    try {
      this.#context.store.transaction(() => applyChainEvent(this.#context, event));
    } catch (error) {
      // A single nonsensical event must not keep the relay from all later ones.
      this.#context.onError(error);
    }
  }

  async #perform({ id, kind, node }: ChainJobRow): Promise<void> {
    const { store } = this.#context;
    const { status } = await this.#chain.stake(node);
    let txHash = '';
    if (status !== 'Unstaked') txHash = await (kind === 'slash' ? this.#chain.slashStaking(node) : this.#chain.unstake(node));
    if (kind === 'slash') await this.#chain.slashDelegations(node);
    await this.#chain.save();
    store.transaction(() => store.chainJobs.put({ id, kind, node, open: false, txHash }));
  }

  /** The hash is on disk before the coin moves, so that after a crash the chain can say whether it did. */
  async #pay(row: WithdrawalRow): Promise<void> {
    const { store } = this.#context;
    const state = row.signedHash === '' ? 'unknown' : await this.#chain.transactionState(row.signedHash as Hex);
    if (state === 'waiting') return;
    const txHash =
      state === 'mined'
        ? row.signedHash
        : await this.#chain.pay(row.benefitAddress, row.amountWei, (signedHash) => {
            store.transaction(() => store.withdrawals.put({ ...row, signedHash }));
          });
    await this.#chain.save();
    fulfilWithdrawal(this.#context, { id: row.id, txHash });
  }

  /** Books and chain belong together: with another chain the books would be wrong from the first block. */
  async #assertSameChain(): Promise<void> {
    const cursor = this.#context.store.chainCursor.get('head');
    const isSame = cursor === undefined || (await this.#chain.blockHash(cursor.nextBlock - 1)) === cursor.blockHash;
    if (!isSame) {
      throw new DevnetError('DEVNET_STATE_MISMATCH', `the saved relay belongs to another chain at block ${cursor.nextBlock - 1}`);
    }
    this.#isSameChain = true;
  }
}
