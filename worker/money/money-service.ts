/** The procedures of contract/money-procedures.ts. */
import type { QuestionFacts } from '../../contract/act-questions.ts';
import type { Consent, MoneyService } from '../../contract/money-procedures.ts';
import { bytesToHex } from '../../protocol/hex.ts';
import { monotonicNow } from '../../protocol/monotonic.ts';
import {
  assertSame,
  CONFIRM_WITHIN_MS,
  type ConfirmableAct,
  type Confirmations,
  issueConfirmation,
  NO_CONFIRMATIONS,
  redeemConfirmation,
} from './confirmations.ts';
import { bucketsOf } from './earnings/buckets.ts';
import { csvChunk } from './earnings/csv.ts';
import { earningsByGroup, earningsByTime, earningsSummary } from './earnings/earnings.ts';
import { MoneyError } from './errors.ts';
import { accountsOf, type MoneyParts } from './money.ts';
import { acknowledgeTransfer } from './reconcile/acknowledge.ts';
import { stakeView } from './stake/stake-view.ts';
import { forecastWeight } from './stake/weight-forecast.ts';
import * as views from './views.ts';
import { withdrawalAct } from './withdraw/preview.ts';

const TOKEN_BYTES = 16;
const STAKE_WITH_JOIN = 'on this network, joining places the stake and leaving returns it; it cannot be changed otherwise';

/** What a person is shown of an act. */
interface ShownAct {
  readonly act: ConfirmableAct;
  readonly problems: readonly unknown[];
}

export function createMoneyService(money: MoneyParts): MoneyService {
  const { ledger, records, sync, reconciler, withdrawals, account, nowMs, clock } = money;
  let confirmations: Confirmations = NO_CONFIRMATIONS;

  function issueFor(act: ConfirmableAct, problems: readonly unknown[]) {
    if (problems.length > 0) return null;
    const id = bytesToHex(money.random.bytes(TOKEN_BYTES)).slice(2);
    confirmations = issueConfirmation(confirmations, { act, token: id, now: monotonicNow(clock) });
    // biome-ignore lint/plugin: shown to people; what expires it is the monotonic clock
    return { id, expiresMs: nowMs() + CONFIRM_WITHIN_MS };
  }

  /** @throws the first problem, otherwise MoneyError MONEY_CONFIRMATION_… */
  function redeem(act: ConfirmableAct, problems: readonly unknown[], token: string): void {
    if (problems.length > 0) throw problems[0];
    const redemption = redeemConfirmation(confirmations, { act, token, now: monotonicNow(clock) });
    confirmations = redemption.left;
    if (redemption.kind === 'refused') throw redemption.error;
  }

  /**
   * If a person must be asked, asks about what would happen now, and checks again after the answer, which takes a
   * while.
   * @throws ContractError ACT_NOT_CONFIRMED; the first problem; MoneyError MONEY_CONFIRMATION_CHANGED
   */
  async function obtainConsent<Preview extends ShownAct>(
    preview: Preview,
    { consent, look, terms = {} }: { consent: Consent | undefined; look: () => Promise<Preview>; terms?: QuestionFacts },
  ): Promise<Preview> {
    if (consent === undefined) return preview;
    await consent({ name: preview.act.kind, facts: { ...preview.act.facts, ...terms } });
    const now = await look();
    if (now.problems.length > 0) throw now.problems[0];
    assertSame(preview.act, now.act);
    return now;
  }

  function requireChain(): NonNullable<MoneyParts['chain']> {
    if (money.chain !== null) return money.chain;
    throw new MoneyError('MONEY_UNSUPPORTED', money.mode === 'chain' ? STAKE_WITH_JOIN : 'this network has no chain');
  }

  async function emissionEstimate() {
    try {
      const estimate = await account.emissionEstimate();
      if (estimate === null) return { state: 'none' } as const;
      return { state: 'told', ...estimate, wei: String(estimate.wei) } as const;
    } catch (error) {
      return { state: 'unknown', error: views.errorView(error) } as const;
    }
  }

  return {
    async summary() {
      const sums = earningsSummary(ledger.totals, nowMs());
      return {
        atMs: nowMs(),
        accounts: accountsOf(money.mode).map((own) => ({ account: own, wei: String(ledger.balanceWei(own)) })),
        today: views.sumsView(sums.today),
        last7Days: views.sumsView(sums.last7Days),
        last30Days: views.sumsView(sums.last30Days),
        total: views.sumsView(sums.total),
        emissionEstimate: await emissionEstimate(),
        unbooked: records.withProblem().length,
        conflicts: ledger.conflicts().length,
        syncedMs: money.lastReport()?.atMs ?? null,
      };
    },

    async entries(query) {
      const entries = ledger.page(query);
      return { entries: entries.map(views.entryView), next: entries.length < query.limit ? null : (entries.at(-1)?.id ?? null) };
    },

    async earnings({ bucket, by, ...range }) {
      if (bucket !== null) return { rows: earningsByTime(ledger.totals, { bucket, by, ...range }).map(views.rowView) };
      const days = bucketsOf('day', range);
      const whole = { fromDay: days[0]?.fromDay ?? 0, toDay: days.at(-1)?.toDay ?? 0 };
      return { rows: earningsByGroup(ledger.totals, by, whole).map(views.rowView) };
    },

    async exportCsv({ after, ...range }) {
      const chunk = csvChunk(ledger, range, after);
      return { text: chunk.text, next: chunk.after };
    },

    async reconcile() {
      const { atMs, checks } = await reconciler.reconcile();
      return { atMs, checks: checks.map(views.checkView) };
    },

    async acknowledgeTransfer({ byWei }) {
      await acknowledgeTransfer({ ledger, sync, chain: requireChain(), byWei: BigInt(byWei), nowMs: nowMs() });
      return {};
    },

    async withdrawals() {
      const found = await sync.withdrawals();
      if (found === null) throw new MoneyError('MONEY_UNSUPPORTED', 'the relay’s list of withdrawals cannot be read');
      const open = await withdrawals.settle();
      return {
        withdrawals: found.toReversed().map(views.withdrawalView),
        open: open === null ? null : { amountWei: String(open.amountWei), sentMs: open.signedSeconds * 1000 },
      };
    },

    async prepareWithdrawal({ amountWei }) {
      await withdrawals.settle();
      const preview = await withdrawals.preview(BigInt(amountWei));
      return views.previewView(preview, issueFor(withdrawalAct(preview), preview.problems));
    },

    async confirmWithdrawal({ amountWei, confirmation }, consent) {
      const look = async () => {
        const preview = await withdrawals.preview(BigInt(amountWei));
        return { preview, act: withdrawalAct(preview), problems: preview.problems };
      };
      const shown = await look();
      redeem(shown.act, shown.problems, confirmation);
      const { preview } = await obtainConsent(shown, { consent, look });
      return { record: await withdrawals.request(preview) };
    },

    stake: () => stakeView(requireChain()),

    async whatIf({ stakeWei, relayBalanceWei, delegatorShare }) {
      const wei = (text: string | undefined) => (text === undefined ? undefined : BigInt(text));
      const change = { operatorStakeWei: wei(stakeWei), relayBalanceWei: wei(relayBalanceWei), delegatorShare };
      return views.forecastView(forecastWeight(await money.nodeInfo(), change));
    },

    async prepareChainAct({ act }) {
      const { acts } = requireChain();
      const preview = await acts.preview(act);
      return {
        act,
        facts: preview.act.facts,
        terms: acts.terms(act),
        weight: preview.weight === null ? null : views.forecastView(preview.weight),
        problems: preview.problems.map(views.errorView),
        confirmation: issueFor(preview.act, preview.problems),
      };
    },

    async confirmChainAct({ act, confirmation }, consent) {
      const { acts } = requireChain();
      const preview = await acts.preview(act);
      redeem(preview.act, preview.problems, confirmation);
      await obtainConsent(preview, { consent, look: () => acts.preview(act), terms: acts.terms(act) });
      return { transaction: await acts.perform(act, `${act.kind}:${confirmation}`) };
    },
  };
}
