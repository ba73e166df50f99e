/** Compares the ledger with everything that can be read: the relay's balance, its records, the chain. */
import { serialiseError } from '../../../protocol/errors.ts';
import type { RelayAccount } from '../../networks/relay/relay-account.ts';
import { RELAY_LISTS, type RelayList } from '../../networks/relay/relay-account.ts';
import { legsOf, OWN_ACCOUNTS, type OwnAccount } from '../ledger/entry.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { MoneyRecords } from '../records/money-records.ts';
import { effectOf, type RelaySums, sumRecords } from '../relay/relay-effects.ts';
import { type MoneyChain, type MoneySync, type SyncReport, THOROUGH } from '../sync.ts';
import { type AccountCheck, type Candidate, type Comparison, compare } from './compare.ts';

export interface Reconciliation {
  readonly atMs: number;
  readonly checks: readonly AccountCheck[];
}

export interface ReconcilerOptions {
  readonly ledger: Ledger;
  readonly records: MoneyRecords;
  readonly sync: Pick<MoneySync, 'inTurn' | 'readSources'>;
  readonly account: Pick<RelayAccount, 'address' | 'balance'>;
  /** The accounts that exist on this network; absent = all. */
  readonly accounts?: readonly OwnAccount[];
  readonly chain: MoneyChain | null;
  readonly nowMs: () => number;
}

/** If money arrives during the count: how often to count again. */
const ATTEMPTS = 3;

/**
 * A deposit, like any movement, is in the balance at once, but is listed only after the relay has processed it, every
 * ten seconds.
 */
const LISTED_WITHIN_MS = 60_000;
const UNLISTED = 'the balance counts them, and the relay’s lists do not show them yet';

type Observed = Comparison['observed'];

export class Reconciler {
  readonly #options: ReconcilerOptions;
  /** Since when an account has differed by the same amount. */
  readonly #since = new Map<string, { readonly byWei: bigint; readonly sinceMs: number }>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Reads every source again. Never rejects because a source fails: its account is then unknown. */
  reconcile(): Promise<Reconciliation> {
    // No import may write between a source's answer and the comparison.
    return this.#options.sync.inTurn(() => this.#reconcile());
  }

  async #reconcile(): Promise<Reconciliation> {
    const { ledger, records, nowMs, accounts = OWN_ACCOUNTS } = this.#options;
    const { report, balance } = await this.#readConsistently();
    const chain = await this.#observeChain(report);
    const sums = await sumRecords(records);
    const gap = missingRecordsReason(report);
    // If records are missing, a difference means nothing; if there is no difference, they did not matter.
    const isExplicable = gap === null || ('wei' in balance && balance.wei === ledger.balanceWei('relay'));
    const fromRecords = (account: keyof RelaySums): Observed => (gap === null ? { wei: sums[account] } : { why: gap });
    const observations: readonly [OwnAccount, AccountCheck['against'], Observed][] = [
      ['relay', 'relayBalance', isExplicable || 'why' in balance ? balance : { why: gap }],
      ['relay', 'relayRecords', fromRecords('relay')],
      ['inTransit', 'relayRecords', fromRecords('inTransit')],
      ['locked', 'relayRecords', fromRecords('locked')],
      ['wallet', 'chain', chain.wallet],
      ['stake', 'chain', chain.stake],
      ['benefit', 'none', { why: 'the address is its owner’s, who may have moved what this node sent there' }],
    ];
    const present = observations.filter(([account]) => accounts.includes(account));
    const checks = present.map(([account, against, observed]) => {
      const comparison = { account, against, ledgerWei: ledger.balanceWei(account), observed };
      return this.#check({ ...comparison, candidates: this.#candidates(account, report) });
    });
    return { atMs: nowMs(), checks };
  }

  /** The lists and the balance at the same moment: the balance was the same before and after the lists were read. */
  async #readConsistently(): Promise<{ report: SyncReport; balance: Observed }> {
    const { sync, account } = this.#options;
    let report: SyncReport | null = null;
    let why = '';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await readBalance(() => account.balance());
      report = await sync.readSources(THOROUGH);
      const after = await readBalance(() => account.balance());
      if ('why' in before) why = before.why;
      else if ('why' in after) why = after.why;
      else if (before.wei === after.wei) return { report, balance: after };
      else why = 'the balance changed while it was being counted';
    }
    return { report: report ?? (await sync.readSources(THOROUGH)), balance: { why } };
  }

  async #observeChain({ chain: state }: SyncReport): Promise<{ wallet: Observed; stake: Observed }> {
    const { chain } = this.#options;
    const unknown = (why: string) => ({ wallet: { why }, stake: { why } });
    if (chain === null || state.kind === 'none') return unknown('this network has no chain');
    if (state.kind === 'failed') return unknown(state.error.message);
    if (state.scannedTo === null || state.scannedTo < state.finalBlock) return unknown('the chain is still being read');
    try {
      const { walletWei, stakeWei } = await chain.reader.holdings(state.finalBlock);
      const isMoving = this.#isMoving(chain, await chain.reader.chainId());
      const observed = (account: OwnAccount, wei: bigint): Observed =>
        isMoving && this.#options.ledger.balanceWei(account) !== wei
          ? { why: 'a transaction of this node is under way' }
          : { wei };
      return { wallet: observed('wallet', walletWei), stake: observed('stake', stakeWei) };
    } catch (error) {
      return unknown(serialiseError(error).message);
    }
  }

  /** A transaction is pending, or has become final since the journal was read. */
  #isMoving({ journal }: MoneyChain, chainId: number): boolean {
    const { account, records } = this.#options;
    if (journal.open({ chainId, address: account.address }).length > 0) return true;
    const settled = journal.settledAfter(0).filter(({ state }) => state.kind === 'succeeded' || state.kind === 'reverted');
    return settled.length !== records.count('transaction');
  }

  #check(comparison: Comparison): AccountCheck {
    const name = `${comparison.account} ${comparison.against}`;
    const nowMs = this.#options.nowMs();
    const check = compare(comparison, nowMs);
    if (check.agreement.kind !== 'differs') {
      if (check.agreement.kind === 'agrees') this.#since.delete(name);
      return check;
    }
    const { byWei, candidates } = check.agreement;
    const known = this.#since.get(name);
    const sinceMs = known?.byWei === byWei ? known.sinceMs : nowMs;
    this.#since.set(name, { byWei, sinceMs });
    if (check.against === 'relayBalance' && candidates.length === 0 && nowMs - sinceMs < LISTED_WITHIN_MS) {
      return { ...check, agreement: { kind: 'unknown', why: `${byWei} wei are under way: ${UNLISTED}`, underWayWei: byWei } };
    }
    return { ...check, agreement: { ...check.agreement, sinceMs } };
  }

  #candidates(account: OwnAccount, { lists }: SyncReport): Candidate[] {
    const { records, ledger } = this.#options;
    const isRelayAccount = account === 'relay' || account === 'locked' || account === 'inTransit';
    const unbooked = records
      .withProblem()
      .filter((row) => row.posted !== row.json && isRelayAccount === (RELAY_LISTS as readonly string[]).includes(row.list))
      .map((row): Candidate => {
        const effect = isRelayAccount ? effectOf(row)?.[account] : undefined;
        return { kind: 'unbooked', record: `${row.list} ${row.key}`, why: row.problem, wei: effect ?? null };
      });
    const contradictions = ledger.conflicts().flatMap(({ source, offered, recorded }): Candidate[] => {
      const wei = effectOnAccount(offered, account) - effectOnAccount(recorded, account);
      return wei === 0n ? [] : [{ kind: 'contradiction', source, wei }];
    });
    const missing = RELAY_LISTS.flatMap((list): Candidate[] => {
      const state = lists[list];
      if (!isRelayAccount || (state.kind !== 'partial' && state.kind !== 'complete') || state.held === state.total) return [];
      return [{ kind: 'missingRecords', list, total: state.total, held: state.held }];
    });
    return [...unbooked, ...contradictions, ...missing];
  }
}

function effectOnAccount(movement: Parameters<typeof legsOf>[0], account: OwnAccount): bigint {
  return legsOf(movement).reduce((sum, leg) => (leg.account === account ? sum + leg.wei : sum), 0n);
}

/** Why the records are incomplete, or null. */
function missingRecordsReason({ lists }: SyncReport): string | null {
  for (const list of Object.keys(lists) as RelayList[]) {
    const state = lists[list];
    if (state.kind === 'failed') return `${list}: ${state.error.message}`;
    if (state.kind === 'unsupported') return `${list}: this relay has no such list`;
    if (state.kind === 'partial') return `${list}: ${state.held} of ${state.total} records could be read`;
  }
  return null;
}

async function readBalance(ask: () => Promise<bigint>): Promise<Observed> {
  try {
    return { wei: await ask() };
  } catch (error) {
    return { why: serialiseError(error).message };
  }
}
