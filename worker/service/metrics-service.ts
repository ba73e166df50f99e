/** This node's metrics, for people who watch many nodes (contract/metrics.ts). */
import { z } from 'zod';
import type { NodeMetrics } from '../../contract/metrics.ts';
import type { OwnAccount } from '../../contract/money.ts';
import { addMs, type Monotonic, monotonicNow, msUntil } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { readOne } from '../kit/database.ts';
import { earningsSummary } from '../money/earnings/earnings.ts';
import { EARNED_KINDS } from '../money/ledger/entry.ts';
import type { Ledger } from '../money/ledger/ledger.ts';
import { sumsView } from '../money/views.ts';
import type { Housekeeper } from '../store/housekeeper.ts';
import type { Store } from '../store/store.ts';
import { TaskFigures } from '../store/task-figures.ts';

export interface MetricsParts {
  readonly store: Pick<Store, 'db' | 'settings'>;
  readonly ledger: Pick<Ledger, 'totals' | 'page' | 'balanceWei'>;
  /** The accounts that exist on this network. */
  readonly accounts: readonly OwnAccount[];
  readonly keeper: Pick<Housekeeper, 'resultsBytes'>;
  readonly clock: Clock;
  /** Metrics of the running process; null = it is not running. */
  readonly process: (() => NonNullable<NodeMetrics['process']>) | null;
}

type MoneyFigures = Pick<NodeMetrics, 'earned' | 'accounts' | 'lastPaymentMs'>;

/** Measuring a folder with very many files takes a while. */
const RESULTS_EVERY_MS = 600_000;

const numberSchema = z.object({ n: z.number().int().nullable() });

export class MetricsService {
  readonly #parts: MetricsParts;
  readonly #tasks: TaskFigures;
  #money: { readonly upTo: number; readonly figures: MoneyFigures } | null = null;
  #results: { readonly bytes: number; readonly again: Monotonic } | null = null;

  constructor(parts: MetricsParts) {
    this.#parts = parts;
    this.#tasks = new TaskFigures(parts.store.db);
  }

  async read(): Promise<NodeMetrics> {
    const { store, process } = this.#parts;
    const tasks = await this.#tasks.read();
    return {
      ...tasks,
      ...this.#moneyFigures(),
      ...{ slashes: this.#events('slashed'), kickOuts: this.#events('kickedOut') },
      engineStarts: this.#number('SELECT count(*) AS n FROM engine_lifetimes'),
      standing: store.settings.get('lastStanding'),
      databaseBytes: this.#pragma('page_count') * this.#pragma('page_size'),
      resultsBytes: await this.#resultsBytes(),
      process: process?.() ?? null,
    };
  }

  /** Computed again only if the ledger has a new entry. */
  #moneyFigures(): MoneyFigures {
    const { ledger, accounts, clock } = this.#parts;
    const upTo = this.#number('SELECT max(id) AS n FROM ledger_entries');
    if (this.#money?.upTo !== upTo) {
      const figures: MoneyFigures = {
        earned: sumsView(earningsSummary(ledger.totals, clock.now()).total),
        accounts: accounts.map((account) => ({ account, wei: String(ledger.balanceWei(account)) })),
        lastPaymentMs: ledger.page({ limit: 1, after: null, kinds: EARNED_KINDS })[0]?.atMs ?? null,
      };
      this.#money = { upTo, figures };
    }
    return this.#money.figures;
  }

  /** Counts an event once, even if the network has reported it several times. */
  #events(state: 'slashed' | 'kickedOut'): number {
    const sql = `SELECT count(DISTINCT evidence) AS n FROM node_history WHERE source = 'event' AND state = '${state}'`;
    return this.#number(sql);
  }

  async #resultsBytes(): Promise<number> {
    const { keeper, clock } = this.#parts;
    if (this.#results === null || msUntil(this.#results.again, clock) <= 0) {
      const bytes = await keeper.resultsBytes();
      this.#results = { bytes, again: addMs(monotonicNow(clock), RESULTS_EVERY_MS) };
    }
    return this.#results.bytes;
  }

  #number(sql: string): number {
    return readOne(this.#parts.store.db, numberSchema, sql)?.n ?? 0;
  }

  #pragma(name: 'page_count' | 'page_size'): number {
    return Number(this.#parts.store.db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
  }
}
