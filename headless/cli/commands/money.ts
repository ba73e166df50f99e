/** Commands for a node's money. */
import { writeFileSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { microText, profitDays } from '../../../contract/costs.ts';
import {
  BUCKETS,
  type Bucket,
  type earningsSchema,
  GROUPINGS,
  type Grouping,
  type MoneySummary,
} from '../../../contract/money.ts';
import type { LegacyStakeView, StakeView, WithdrawalPreviewView } from '../../../contract/money-acts.ts';
import type { NodeClient } from '../../../contract/rpc-client.ts';
import { parseCnx } from '../../../protocol/money/wei.ts';
import { firstOf, withHost, withNode } from '../ask-program.ts';
import { confirmationId, requireConfirmation } from '../confirm.ts';
import { type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { cnx, table, timeText, withTransactionUrl } from '../node-text.ts';

type NodeOptions = CommonOptions & { readonly node?: string };
type ActOptions = NodeOptions & { readonly yes?: boolean };
type Earnings = z.output<typeof earningsSchema>;

const DAY_MS = 86_400_000;

export function addMoneyCommands(registry: Registry): void {
  const { program, terminal, clock, end } = registry;
  common(program.command('earnings'))
    .description('Shows what a node has earned.')
    .option('--node <name>', 'node, if there are several')
    .addOption(new Option('--per <time>', 'one row per').choices(BUCKETS).default('day'))
    .addOption(new Option('--by <what>', 'group by').choices(GROUPINGS).default('none'))
    .option('--days <number>', 'how far back', wholeNumber(1, 3_650), 30)
    .action(async ({ json, per, by, days, ...which }: NodeOptions & { per: Bucket; by: Grouping; days: number }) => {
      const toMs = clock.now();
      const { summary, earnings } = await withNode(which, async ({ node }) => ({
        summary: await node.money.summary({}),
        earnings: await node.money.earnings({ bucket: per, by, fromMs: toMs - days * DAY_MS, toMs }),
      }));
      terminal.out(json ? JSON.stringify({ summary, rows: earnings.rows }) : earningsText(summary, earnings));
      end(EXIT.ok);
    });
  common(program.command('export'))
    .description("Writes a node's ledger as CSV: UTC, CNX, wei, hashes.")
    .argument('<file>', 'file to write; - for standard output')
    .option('--node <name>', 'node, if there are several')
    .action(async (file: string, { json, ...which }: NodeOptions) => {
      const text = await withNode(which, ({ node }) => fetchCsv(node));
      if (file === '-') terminal.out(text.trimEnd());
      else {
        writeFileSync(file, text, { mode: 0o600 });
        terminal.out(json ? JSON.stringify({ file, bytes: Buffer.byteLength(text) }) : `Wrote ${file}.`);
      }
      end(EXIT.ok);
    });
  common(program.command('profit'))
    .description('Shows day by day what the cards used, what that cost, and what the node earned.')
    .option('--node <name>', 'node, if there are several')
    .option('--days <number>', 'how far back', wholeNumber(1, 800), 30)
    .action(async ({ json, days, ...which }: NodeOptions & { days: number }) => {
      const today = Math.floor(clock.now() / DAY_MS) * DAY_MS;
      const [fromMs, toMs] = [today - (days - 1) * DAY_MS, today + DAY_MS];
      const settings = await withHost(which.data, (host) => firstOf((input, options) => host.settings.watch(input, options)));
      const { energy, earnings } = await withNode(which, async ({ node }) => ({
        energy: await node.gpus.energy({ fromMs, toMs }),
        earnings: await node.money.earnings({ bucket: 'day', fromMs, toMs: toMs - 1 }),
      }));
      const rows = profitDays({ energy: energy.rows, earnings: earnings.rows, costs: settings.costs });
      const money = (micro: bigint | null) => (micro === null ? '-' : `${microText(micro)} ${settings.costs.currency}`);
      if (json) terminal.out(JSON.stringify({ costs: settings.costs, energy: energy.rows, earnings: earnings.rows }));
      else
        terminal.out(
          table(
            ['day (UTC)', 'net', 'kWh', 'power cost', 'worth', 'profit'],
            rows.map(({ dayMs, netWei, wattHours, cost, worth, profit }) => [
              ...[
                new Date(dayMs).toISOString().slice(0, 10),
                cnx(String(netWei)),
                wattHours === null ? '-' : (wattHours / 1_000).toFixed(2),
              ],
              ...[money(cost), money(worth), money(profit)],
            ]),
          ),
        );
      end(EXIT.ok);
    });
  addActs(registry);
  addDelegatorShare(registry);
  addLegacyStake(registry);
}

function addActs({ program, terminal, end }: Registry): void {
  common(program.command('stake'))
    .description("Shows a node's stake, or changes it to an amount.")
    .option('--node <name>', 'node, if there are several')
    .option('--set <cnx>', 'target amount, in CNX', parseAmount)
    .option('--yes', 'do not ask for confirmation')
    .action(async ({ json, set, yes = false, ...which }: ActOptions & { set?: bigint }) => {
      const answer = await withNode(which, async ({ node, view }) => {
        if (set === undefined && view.networkMode === 'chain') return { held: heldOnChain(await node.money.summary({})) };
        if (set === undefined) return { stake: await node.money.stake({}) };
        const act = { kind: 'setStake' as const, stakeWei: set.toString() };
        const preview = await node.money.prepareChainAct({ act });
        const confirmation = confirmationId(preview);
        for (const [name, fact] of Object.entries(preview.facts)) terminal.note(`${name.padEnd(20)} ${fact}`);
        await requireConfirmation(`Change the stake to ${cnx(set)}?`, { yes, terminal });
        terminal.note('Waiting for the transaction …');
        return withTransactionUrl(await node.money.confirmChainAct({ act, confirmation }), view);
      });
      if (json) terminal.out(JSON.stringify(answer));
      else if ('stake' in answer) terminal.out(stakeText(answer.stake));
      else if ('held' in answer) terminal.out(heldText(answer.held));
      else terminal.out(doneText(answer));
      end(EXIT.ok);
    });
  common(program.command('withdraw'))
    .description("Withdraws from the relay account to the node's beneficial address.")
    .argument('<cnx>', 'amount to arrive, in CNX; the fee is added', parseAmount)
    .option('--node <name>', 'node, if there are several')
    .option('--yes', 'do not ask for confirmation')
    .action(async (wei: bigint, { json, yes = false, ...which }: ActOptions) => {
      const answer = await withNode(which, async ({ node }) => {
        const amountWei = wei.toString();
        const preview = await node.money.prepareWithdrawal({ amountWei });
        if (!json) terminal.note(withdrawalText(preview));
        const confirmation = confirmationId(preview);
        await requireConfirmation('Withdraw this?', { yes, terminal });
        return node.money.confirmWithdrawal({ amountWei, confirmation });
      });
      terminal.out(json ? JSON.stringify(answer) : `Requested, as record ${answer.record}. It takes a while to arrive.`);
      end(EXIT.ok);
    });
  common(program.command('unstake'))
    .description('Leaves the network after the current task and returns the stake.')
    .option('--node <name>', 'node, if there are several')
    .option('--yes', 'do not ask for confirmation')
    .action(async ({ json, yes = false, ...which }: ActOptions) => {
      await withNode(which, async ({ node, view }) => {
        await requireConfirmation(`Take ${view.profile.name} out of the network and return its stake?`, { yes, terminal });
        await node.node.unstake({});
      });
      terminal.out(json ? '{"asked":true}' : 'Requested. `crynux-node status` and `stake` show the progress.');
      end(EXIT.ok);
    });
}

function addDelegatorShare({ program, terminal, end }: Registry): void {
  common(program.command('delegator-share'))
    .description('Shows or sets the share of the earnings that goes to delegators. 0: nobody can delegate to the node.')
    .option('--node <name>', 'node, if there are several')
    .option('--set <percent>', 'new share, 0 to 99', wholeNumber(0, 99))
    .option('--yes', 'do not ask for confirmation')
    .action(async ({ json, set, yes = false, ...which }: ActOptions & { set?: number }) => {
      const answer = await withNode(which, async ({ node, view }) => {
        if (set === undefined) return { percent: (await node.money.stake({})).delegatorShare };
        const act = { kind: 'setDelegatorShare' as const, percent: set };
        const preview = await node.money.prepareChainAct({ act });
        const confirmation = confirmationId(preview);
        for (const [name, fact] of Object.entries(preview.facts)) terminal.note(`${name.padEnd(20)} ${fact}`);
        await requireConfirmation(`Give ${set} % to delegators?`, { yes, terminal });
        terminal.note('Waiting for the transaction …');
        return withTransactionUrl(await node.money.confirmChainAct({ act, confirmation }), view);
      });
      if (json) terminal.out(JSON.stringify(answer));
      else if ('percent' in answer) terminal.out(`${answer.percent} %`);
      else terminal.out(doneText(answer));
      end(EXIT.ok);
    });
}

/** Interval for reading the chain's clock. */
const POLL_MS = 20_000;

function addLegacyStake({ program, terminal, clock, end }: Registry): void {
  const legacy = program.command('legacy-stake').description('A stake left in contracts that the network no longer uses.');
  common(legacy.command('show'))
    .description('Shows the stake, where it goes, and when it can be withdrawn.')
    .option('--node <name>', 'node, if there are several')
    .action(async ({ json, ...which }: NodeOptions) => {
      const found = await withNode(which, async ({ node }) => (await node.money.stake({})).legacy);
      terminal.out(json ? JSON.stringify({ legacy: found }) : legacyText(found));
      end(EXIT.ok);
    });
  common(legacy.command('withdraw'))
    .description('Takes the next step to withdraw it: requests it, then, after the delay, withdraws it. Repeat until it is out.')
    .option('--node <name>', 'node, if there are several')
    .option('--wait', 'wait for the delay to pass and take both steps')
    .option('--yes', 'do not ask for confirmation')
    .action(async ({ json, wait = false, yes = false, ...which }: ActOptions & { wait?: boolean }) => {
      const left = await withNode(which, async ({ node }) => {
        const step = async (kind: 'legacyTryUnstake' | 'legacyForceUnstake', question: string) => {
          const preview = await node.money.prepareChainAct({ act: { kind } });
          const confirmation = confirmationId(preview);
          await requireConfirmation(question, { yes, terminal });
          terminal.note('Waiting for the transaction …');
          await node.money.confirmChainAct({ act: { kind }, confirmation });
        };
        const read = async () => (await node.money.stake({})).legacy;
        let found = await read();
        if (found?.status === 'Staked') {
          await step('legacyTryUnstake', `Request ${cnx(found.balanceWei)} from the contracts that the network no longer uses?`);
          found = await read();
        }
        while (wait && found?.recovery.state === 'waiting') {
          terminal.note(`It can be withdrawn in ${found.recovery.remainingSeconds} s.`);
          await clock.sleep(Math.min(POLL_MS, found.recovery.remainingSeconds * 1_000));
          found = await read();
        }
        if (found?.recovery.state !== 'available') return found;
        await step('legacyForceUnstake', `Withdraw ${cnx(found.balanceWei)}? It goes to ${found.destination}.`);
        return read();
      });
      terminal.out(json ? JSON.stringify({ legacy: left }) : legacyText(left));
      end(EXIT.ok);
    });
}

function parseAmount(text: string): bigint {
  try {
    return parseCnx(text);
  } catch {
    throw new InvalidArgumentError('It must be an amount of CNX, such as 12.5.');
  }
}

async function fetchCsv(node: NodeClient): Promise<string> {
  let text = '';
  for (let after: number | null = null; ; ) {
    const chunk: { text: string; next: number | null } = await node.money.exportCsv({ after });
    text += chunk.text;
    if (chunk.next === null) return text;
    after = chunk.next;
  }
}

function earningsText(summary: MoneySummary, { rows }: Earnings): string {
  const { today, last7Days, last30Days, total } = summary;
  const sums = [
    ['today', today],
    ['7 days', last7Days],
    ['30 days', last30Days],
    ['ever', total],
  ] as const;
  const earned = sums.map(
    ([name, { earnedWei, netWei }]) => `${name.padEnd(8)} ${cnx(earnedWei)} earned, ${cnx(netWei)} after costs`,
  );
  const head = ['from (UTC)', 'of', 'earned', 'net', 'payments'];
  const cells = rows.map((row) => [
    timeText(row.fromMs).slice(0, 10),
    row.group ?? '',
    cnx(row.earnedWei),
    cnx(row.netWei),
    String(row.payments),
  ]);
  return `${earned.join('\n')}\n\n${table(head, cells)}`;
}

function stakeText(stake: StakeView): string {
  return table(
    ['stake', ''],
    [
      ['status', stake.status],
      ['coin', cnx(stake.balanceWei)],
      ['credits', cnx(stake.creditsWei)],
      ['minimum', cnx(stake.minimumWei)],
      ['wallet', cnx(stake.walletWei)],
      ['delegator share', `${stake.delegatorShare} %`],
      ['beneficial address', stake.benefitAddress ?? 'not set'],
      ...(stake.paused ? [['network', 'all stake changes are paused; wait']] : []),
      ...(stake.legacy === null ? [] : [['in old contracts', `${cnx(stake.legacy.balanceWei)}, see legacy-stake show`]]),
    ],
  );
}

function doneText({ transaction, url }: ReturnType<typeof withTransactionUrl>): string {
  if (transaction === null) return 'There was nothing left to do.';
  return `Done by ${transaction}${url === null ? '' : ` (${url})`}.`;
}

/** If tasks are on a chain, there is a stake and a wallet, and nothing else. */
function heldOnChain({ accounts }: MoneySummary): { stakeWei: string; walletWei: string } {
  const of = (name: string) => accounts.find(({ account }) => account === name)?.wei ?? '0';
  return { stakeWei: of('stake'), walletWei: of('wallet') };
}

function heldText({ stakeWei, walletWei }: ReturnType<typeof heldOnChain>): string {
  return table(
    ['stake', ''],
    [
      ['coin', cnx(stakeWei)],
      ['wallet', cnx(walletWei)],
    ],
  );
}

function legacyText(legacy: LegacyStakeView | null): string {
  if (legacy === null) return 'There is no stake in contracts that the network no longer uses.';
  const { status, balanceWei, creditsWei, destination, isOwnAddress, recovery, transaction } = legacy;
  const next = {
    notStaked: 'nothing',
    notAsked: 'request it with `crynux-node legacy-stake withdraw`',
    waiting: recovery.state === 'waiting' ? `it can be withdrawn in ${recovery.remainingSeconds} s` : '',
    available: 'withdraw it with `crynux-node legacy-stake withdraw`',
  }[recovery.state];
  return table(
    ['stake in old contracts', ''],
    [
      ['status', status],
      ['coin', cnx(balanceWei)],
      ['credits', `${cnx(creditsWei)} (no longer worth anything)`],
      ['goes to', `${destination} (${isOwnAddress ? "the node's own" : 'beneficial address'})`],
      ['next', next],
      ['transaction', transaction ?? 'none requested'],
    ],
  );
}

function withdrawalText(preview: WithdrawalPreviewView): string {
  const { amountWei, feeWei, remainingWei, destination, toOwnKey, weight } = preview;
  const rows = [
    ['arrives', cnx(amountWei)],
    ['fee', cnx(feeWei)],
    ['remains', cnx(remainingWei)],
    ['goes to', toOwnKey ? `${destination} (the node's own: no beneficial address is set)` : destination],
  ];
  if (weight !== null) {
    const { low, high } = weight.after.weight;
    rows.push(['chance of tasks', `${weight.before.weight.toFixed(4)} → ${low.toFixed(4)} to ${high.toFixed(4)}`]);
  }
  return table(['withdrawal', ''], rows);
}
