/** The account's balance and the node's standing as the network last reported them, saved for when no node is running. */
import type { NodeInfo } from '../../protocol/wire/node.ts';
import type { LoopContext } from '../loop/context.ts';

/** How often an unchanged balance is saved again. */
const SAVE_AGAIN_MS = 60_000;

export class RelayBalance {
  readonly #context: LoopContext;
  #wei: bigint | null = null;

  constructor(context: LoopContext) {
    this.#context = context;
  }

  /** Null: nothing has been read, or the network keeps no accounts. */
  get wei(): bigint | null {
    return this.#wei;
  }

  read(info: Pick<NodeInfo, 'relayBalanceWei' | 'qosScore' | 'stakingScore' | 'probWeight'>): void {
    this.#wei = this.#context.network.rules.keepsAccounts ? info.relayBalanceWei : null;
    if (this.#wei !== null) this.#saveBalance(String(this.#wei));
    this.#saveStanding({ qos: info.qosScore, stakingScore: info.stakingScore, weight: info.probWeight });
  }

  /** The weight changes with every other node's stake, so only the age of the saved value counts. */
  #saveStanding(standing: { readonly qos: number; readonly stakingScore: number; readonly weight: number }): void {
    const { store, clock } = this.#context;
    const last = store.settings.get('lastStanding');
    // biome-ignore lint/plugin: shown to people, with the date at which it was read
    if (last !== null && Math.abs(clock.now() - last.readMs) < SAVE_AGAIN_MS) return;
    store.settings.set('lastStanding', { ...standing, readMs: clock.now() });
  }

  #saveBalance(wei: string): void {
    const { store, clock } = this.#context;
    const last = store.settings.get('lastBalance');
    // biome-ignore lint/plugin: shown to people, with the date at which it was read
    const isFresh = last !== null && clock.now() - last.readMs < SAVE_AGAIN_MS;
    if (isFresh && last.wei === wei) return;
    store.settings.set('lastBalance', { wei, readMs: clock.now() });
  }
}
