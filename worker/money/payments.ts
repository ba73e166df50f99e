/**
 * What the network paid for ended tasks. A payment is learned in one place: a source reports it, the ledger books it
 * (records/booking.ts), and the task gets it from the ledger. Both the end of a task and the sync once a minute go this
 * way; if the process is killed in between, the next reading completes the rest.
 */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock } from '../../protocol/ports.ts';
import { commitmentField, weiField } from '../../protocol/wire/fields.ts';
import { inTransaction, readAll } from '../kit/database.ts';
import { Tasks } from '../store/tasks.ts';
import { TASK_KINDS } from './ledger/entry.ts';

/** Income arrives at once, when another member of the group uploads, or never. */
const SCHEDULE: readonly { readonly untilMs: number; readonly periodMs: number }[] = [
  { untilMs: 30_000, periodMs: 2_000 },
  { untilMs: 20 * 60_000, periodMs: 15_000 },
  { untilMs: 24 * 3_600_000, periodMs: 10 * 60_000 },
];
const IDLE_PERIOD_MS = 3_600_000;
/** Assumed age of a task whose age is unknown: old enough to avoid a poll every other second. */
const SET_BACK_AGE_MS = 60_000;

/** CROSS JOIN makes SQLite start from the few waiting tasks instead of scanning the ledger. */
const BOOKED_PAYMENTS = `SELECT commitment, wei FROM tasks CROSS JOIN ledger_entries ON ledger_entries.task = tasks.commitment
  WHERE closed_ms IS NOT NULL AND payment_wei IS NULL AND kind IN (${TASK_KINDS.map(() => '?').join()})`;
const bookedSchema = z.object({ commitment: commitmentField, wei: weiField });

export class Payments {
  readonly #db: DatabaseSync;
  readonly #tasks: Tasks;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #newlyPaid = new Set<Hex>();
  #onPaid: (commitment: Hex) => void = () => {};

  constructor(db: DatabaseSync, clock: Pick<Clock, 'now'>) {
    this.#db = db;
    this.#tasks = new Tasks(db);
    this.#clock = clock;
  }

  /** The listener is called for each task whose payment has become known. */
  onPaid(listener: (commitment: Hex) => void): void {
    this.#onPaid = listener;
  }

  /** This task will certainly not be paid. Called inside the transaction that books the reason. */
  setUnpaid(commitment: Hex): void {
    if (this.#tasks.setPayment(commitment, 0n)) this.#newlyPaid.add(commitment);
  }

  /** Copies payments from the ledger to the ended tasks. Call it after each booking. */
  settle(): void {
    const booked = readAll(this.#db, bookedSchema, BOOKED_PAYMENTS, ...TASK_KINDS);
    inTransaction(this.#db, () => {
      for (const { commitment, wei } of booked) if (this.#tasks.setPayment(commitment, wei)) this.#newlyPaid.add(commitment);
    });
    const news = [...this.#newlyPaid];
    this.#newlyPaid.clear();
    for (const commitment of news) this.#onPaid(commitment);
  }

  /** Whether a payment may still come. */
  get isAwaited(): boolean {
    return this.#youngestMs() !== null;
  }

  /** The younger the youngest unpaid task, the more frequent the polls. */
  periodMs(): number {
    const age = this.#youngestMs() ?? Number.POSITIVE_INFINITY;
    return SCHEDULE.find(({ untilMs }) => age < untilMs)?.periodMs ?? IDLE_PERIOD_MS;
  }

  #youngestMs(): number | null {
    const closedMs = this.#tasks.latestUnsettledMs();
    if (closedMs === null) return null;
    // biome-ignore lint/plugin: the task may have been closed before a restart, so only its date is known
    const age = this.#clock.now() - closedMs;
    // Closed in the future, so the date has been set back since. Do not poll at full speed until it has caught up.
    if (age < 0) return SET_BACK_AGE_MS;
    return age < (SCHEDULE.at(-1)?.untilMs ?? 0) ? age : null;
  }
}
