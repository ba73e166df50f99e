/** Withdrawing from the relay account: shown, confirmed, recorded, sent once, followed up. Source: RELAY_PROTOCOL 3.8. */
import type { Hex } from '../../../protocol/hex.ts';
import { SerialQueue } from '../../../protocol/serial-queue.ts';
import { WALLET_WINDOW_SECONDS } from '../../../protocol/signing/wallet-message.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import type { WithdrawalRecord } from '../../../protocol/wire/relay-account.ts';
import { isWorkerError } from '../../kit/errors.ts';
import type { RelayAccount } from '../../networks/relay/relay-account.ts';
import { MoneyError } from '../errors.ts';
import { dayOf } from '../ledger/totals.ts';
import type { SelectionBasis } from '../stake/weight-forecast.ts';
import type { WithdrawalAttempt, WithdrawalAttempts } from './attempts.ts';
import { previewWithdrawal, type WithdrawalPreview } from './preview.ts';

export interface WithdrawalsOptions {
  readonly account: RelayAccount;
  readonly attempts: WithdrawalAttempts;
  /** Reads the relay's list of withdrawals again; null if it could not be read completely. */
  readonly readList: () => Promise<readonly WithdrawalRecord[] | null>;
  /** Key of the relay's `blockchains`. */
  readonly network: string;
  /** The beneficial address on the chain; null = not set. */
  readonly benefitAddress: () => Promise<Hex | null>;
  /** How the relay weighs the node; null if it does not publish it. */
  readonly basis: () => Promise<SelectionBasis | null>;
  /** Network time, epoch ms. */
  readonly nowMs: () => number;
  /** Resolves when that time is certain, or cannot be improved. */
  readonly timeSettled?: () => Promise<void>;
}

/** How much clocks may differ before a message counts as too old for the relay. */
const CLOCK_MARGIN_SECONDS = 60;

export class Withdrawals {
  readonly #options: WithdrawalsOptions;
  readonly #queue = new SerialQueue();

  constructor(options: WithdrawalsOptions) {
    this.#options = options;
  }

  /** @throws MoneyError MONEY_UNSUPPORTED, and as the relay and the chain do */
  async preview(amountWei: bigint): Promise<WithdrawalPreview> {
    const { account, network, benefitAddress, basis, attempts } = this.#options;
    const config = await account.withdrawConfig();
    if (config === null) throw new MoneyError('MONEY_UNSUPPORTED', 'this network does not publish its withdrawal terms');
    const terms = config.find((entry) => entry.network === network)?.terms ?? null;
    const today = dayOf(this.#options.nowMs());
    const records = await this.#list();
    const doneToday = records.filter(({ status, createdMs }) => status !== 'failed' && dayOf(createdMs) === today).length;
    return previewWithdrawal({
      amountWei,
      network,
      terms,
      balanceWei: await account.balance(),
      benefitAddress: await benefitAddress(),
      ownAddress: account.address,
      doneToday,
      basis: await basis(),
      hasOpen: attempts.open() !== null,
    });
  }

  /**
   * Requests from the relay what the preview shows. One at a time.
   * @returns the ID of the relay's record.
   * @throws MoneyError: MONEY_WITHDRAW_REFUSED and the preview's problems mean that nothing was paid; after
   * MONEY_WITHDRAW_UNCLEAR only {@link settle} can tell.
   */
  request(preview: WithdrawalPreview): Promise<number> {
    return this.#queue.run(() => this.#request(preview));
  }

  /** Finds the outcome of an unclear withdrawal. @returns it if it is still open */
  async settle(): Promise<WithdrawalAttempt | null> {
    const { attempts, nowMs } = this.#options;
    const open = attempts.open();
    if (open === null) return null;
    await this.#options.timeSettled?.();
    const askedSeconds = Math.floor(nowMs() / 1000);
    const records = await this.#options.readList();
    if (records === null) return open;
    const found = this.#match(open, records);
    if (found !== undefined) {
      attempts.end(open, { state: 'accepted', record: found.id });
      return null;
    }
    // From then on, the relay refuses the message, whoever may still have it.
    if (askedSeconds <= open.signedSeconds + WALLET_WINDOW_SECONDS.past + CLOCK_MARGIN_SECONDS) return open;
    attempts.end(open, { state: 'lost', reason: 'the relay never listed it, and no longer accepts its message' });
    return null;
  }

  async #request({ amountWei, destination, network, problems }: WithdrawalPreview): Promise<number> {
    const { account, attempts, nowMs } = this.#options;
    const [problem] = problems;
    if (problem !== undefined) throw problem;
    const records = await this.#list();
    const newestRecord = records.reduce((newest, { id }) => Math.max(newest, id), 0);
    const order = { amountWei, benefitAddress: destination, network };
    await this.#options.timeSettled?.();
    const signedSeconds = Math.floor(nowMs() / 1000);
    const attempt = attempts.begin({ ...order, signedSeconds, newestRecord });
    try {
      const record = await account.requestWithdrawal({ ...order, timestamp: signedSeconds });
      attempts.end(attempt, { state: 'accepted', record });
      return record;
    } catch (error) {
      throw this.#failed(attempt, error);
    }
  }

  #failed(attempt: WithdrawalAttempt, error: unknown): unknown {
    if (isWorkerError(error, 'RELAY_REFUSED') && Number(error.data.httpStatus) < 500) {
      const reason = String(error.data.reason);
      this.#options.attempts.end(attempt, { state: 'refused', reason });
      return new MoneyError('MONEY_WITHDRAW_REFUSED', reason, { reason, field: String(error.data.field) }, { cause: error });
    }
    const text = 'the relay’s answer to the withdrawal did not arrive';
    return isWorkerError(error) ? new MoneyError('MONEY_WITHDRAW_UNCLEAR', text, {}, { cause: error }) : error;
  }

  /** One that did not exist before it was sent. */
  #match(open: WithdrawalAttempt, records: readonly WithdrawalRecord[]): WithdrawalRecord | undefined {
    return records
      .filter(({ id }) => id > open.newestRecord)
      .filter(({ wei, network }) => wei === open.amountWei && network === open.network)
      .filter(({ benefitAddress }) => sameAddress(benefitAddress, open.benefitAddress))
      .toSorted((a, b) => a.id - b.id)[0];
  }

  async #list(): Promise<readonly WithdrawalRecord[]> {
    const records = await this.#options.readList();
    if (records !== null) return records;
    throw new MoneyError('MONEY_UNSUPPORTED', 'the relay’s list of withdrawals cannot be read');
  }
}
