/** Reads what the network paid for ended tasks from the income rows of the node's own account. */

import type { Hex } from '../../protocol/hex.ts';
import { isHex } from '../../protocol/hex.ts';
import type { LoopContext } from '../loop/context.ts';

/** Income arrives at once, when another member of the group uploads, or never. */
const SCHEDULE: readonly { readonly untilMs: number; readonly periodMs: number }[] = [
  { untilMs: 30_000, periodMs: 2_000 },
  { untilMs: 20 * 60_000, periodMs: 15_000 },
  { untilMs: 24 * 3_600_000, periodMs: 10 * 60_000 },
];
const NEVER_MS = 3_600_000;
/** Assumed age of a task whose age is unknown: old enough to avoid a poll every other second. */
const SET_BACK_AGE_MS = 60_000;

export class Payments {
  readonly #context: LoopContext;
  readonly #onPaid: (commitment: Hex) => void;
  #supported = true;

  constructor(context: LoopContext, onPaid: (commitment: Hex) => void) {
    this.#context = context;
    this.#onPaid = onPaid;
  }

  get awaited(): boolean {
    return this.#supported && this.#youngestMs() !== null;
  }

  /** The younger the youngest unpaid task, the more frequent the polls. */
  periodMs(): number {
    const age = this.#youngestMs() ?? Number.POSITIVE_INFINITY;
    return SCHEDULE.find(({ untilMs }) => age < untilMs)?.periodMs ?? NEVER_MS;
  }

  async poll(): Promise<void> {
    const { store, network } = this.#context;
    const rows = await network.taskIncome();
    if (rows === 'unsupported') {
      this.#supported = false;
      return;
    }
    for (const { commitment, amountWei } of rows) {
      if (!isHex(commitment, 32)) continue;
      const task = store.tasks.find(commitment);
      if (task === null || task.closedMs === null || task.paymentWei !== null) continue;
      store.tasks.setPayment(commitment, amountWei);
      this.#onPaid(commitment);
    }
  }

  #youngestMs(): number | null {
    const { store, clock } = this.#context;
    const closedMs = store.tasks.latestUnsettledMs();
    if (closedMs === null) return null;
    // biome-ignore lint/plugin: the task may have been closed before a restart, so only its date is known
    const age = clock.now() - closedMs;
    // Closed in the future, so the date has been set back since. Do not poll at full speed until the date has caught
    // up.
    if (age < 0) return SET_BACK_AGE_MS;
    return age < (SCHEDULE.at(-1)?.untilMs ?? 0) ? age : null;
  }
}
