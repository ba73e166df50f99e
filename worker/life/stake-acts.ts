/**
 * The node's own transactions about its stake. Each is sent once: its ID is on disk before anything is signed, and
 * whatever is open under that ID is finished before another one starts. Amounts in wei.
 */
import type { NodeView } from '../../contract/worker-channel.ts';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import type { ChainClient } from '../chain/chain-client.ts';
import { requireSuccess } from '../chain/contracts/acts.ts';
import type { Stake } from '../chain/contracts/stake-plan.ts';
import { type ChainError, isChainError } from '../chain/errors.ts';
import { newestAttempt, outcomeOf } from '../chain/transactions/intent.ts';
import type { KillPointHook } from '../kit/points.ts';
import { Waker } from '../kit/waker.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../store/settings.ts';
import type { ChainFacts } from './decide-life.ts';

export type StakeActKind = 'stake' | 'tryUnstake';

export interface StakeActsOptions {
  readonly client: Pick<ChainClient, 'staking' | 'transactions' | 'journal'>;
  readonly settings: Settings;
  readonly targetWei: bigint;
  readonly random: Random;
  readonly clock: Clock;
  readonly killPoint: KillPointHook;
  readonly log: Log;
}

/** How long one call waits for a transaction; the journal follows it up anyway. */
const CALL_WAIT_MS = 5_000;
const READ_EVERY_MS = 30_000;
/** A slash is announced before its transaction is sent. */
const READ_IN_DOUBT_MS = 5_000;
const ID_BYTES = 8;

export class StakeActs {
  readonly #options: StakeActsOptions;
  readonly #waker: Waker;
  #stake: { readonly stake: Stake; readonly readMs: number } | null = null;
  #isInDoubt = false;
  #reach: NodeView['chain'] = { kind: 'unknown', sinceMs: null };
  #onRead: () => void = () => {};

  constructor(options: StakeActsOptions) {
    this.#options = options;
    this.#waker = new Waker(options.clock);
  }

  /** Whether the last reading was answered, and since when. */
  get reach(): NodeView['chain'] {
    return this.#reach;
  }

  /**
   * Sets the only listener. It is called after each reading by {@link run}, whether answered or not, but not after
   * direct calls of {@link read}.
   */
  onRead(listener: () => void): void {
    this.#onRead = listener;
  }

  /** The last reading may be outdated: read again at once, and often until the stake is gone. */
  doubt(): void {
    this.#isInDoubt = true;
    this.#waker.wake();
  }

  /** The last reading. */
  get last(): { readonly stake: Stake; readonly readMs: number } | null {
    return this.#stake;
  }

  /** Hash of the latest version of the open transaction; null = none is open. */
  get transaction(): Hex | null {
    const entry = this.#openTransaction();
    return entry === null ? null : newestAttempt(entry).hash;
  }

  /** Refreshes {@link last} until the signal aborts. A chain that cannot be reached is tried again later. */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    while (!signal.aborted) {
      try {
        await this.read();
      } catch (error) {
        if (!isChainError(error)) throw error;
        log.debug({ code: error.code }, 'the stake could not be read');
      }
      this.#onRead();
      await this.#waker.sleep(this.#isInDoubt ? READ_IN_DOUBT_MS : READ_EVERY_MS, signal).catch(() => {});
    }
  }

  /** @throws ChainError */
  async read(): Promise<ChainFacts> {
    const { client, clock, targetWei } = this.#options;
    const stake = await client.staking.stake().catch((error: unknown) => {
      this.#recordReach(false);
      throw error;
    });
    this.#recordReach(true);
    this.#stake = { stake, readMs: clock.now() };
    if (stake.status !== 'Staked') this.#isInDoubt = false;
    return { stake, open: this.#openTransaction() !== null, targetWei };
  }

  #recordReach(answered: boolean): void {
    const kind = answered ? 'reachable' : 'unreachable';
    if (this.#reach.kind !== kind) this.#reach = { kind, sinceMs: this.#options.clock.now() };
  }

  /**
   * The earliest time at which the stake can be withdrawn without the relay; epoch ms in the chain's time.
   * @throws ChainError
   */
  async forceFromMs(): Promise<number> {
    return (await this.#options.client.staking.forceAvailableAtSeconds()) * 1000;
  }

  /**
   * Starts the act, or continues whatever is open, for a few seconds.
   * @returns the hash of the final transaction; null if there was nothing to do; CHAIN_TRANSACTION_OPEN if it is not
   * final yet
   * @throws ChainError: what the chain objects to, or that it cannot be reached
   */
  async perform(kind: StakeActKind): Promise<Hex | null | ChainError> {
    const { client, settings, targetWei, killPoint } = this.#options;
    const act = { id: this.#idFor(kind), waitMs: CALL_WAIT_MS };
    await killPoint('stakeAct.begun');
    try {
      const resumed = await client.transactions.resume(act.id, act);
      if (resumed !== null) return requireSuccess(resumed).hash;
      const done = kind === 'stake' ? await client.staking.setStake(targetWei, act) : await client.staking.tryUnstake(act);
      await killPoint('stakeAct.final');
      return done?.hash ?? null;
    } catch (error) {
      if (isChainError(error, 'CHAIN_TRANSACTION_OPEN')) return error;
      throw error;
    } finally {
      // A transaction that never reached the journal was never sent.
      if (this.#openTransaction() === null) settings.set('stakeAct', null);
    }
  }

  #idFor(kind: StakeActKind): string {
    const { settings, random } = this.#options;
    const begun = settings.get('stakeAct');
    if (begun !== null && (begun.kind === kind || this.#openTransaction() !== null)) return begun.id;
    const id = `${kind}:${bytesToHex(random.bytes(ID_BYTES)).slice(2)}`;
    settings.set('stakeAct', { kind, id });
    return id;
  }

  /** The transaction that was started and is not final. */
  #openTransaction() {
    const { client, settings } = this.#options;
    const begun = settings.get('stakeAct');
    const entry = begun === null ? null : client.journal.find(begun.id);
    return entry === null || outcomeOf(entry.state) !== null ? null : entry;
  }
}
