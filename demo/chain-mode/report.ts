/** The report at the end of `--chain`: every task, and every wei from its first account to its last. Pure. */
import type { ChainTask } from '../../devnet/chain-mode/chain-task.ts';
import type { Participant } from '../../devnet/explorer.ts';
import { shortHex } from '../../devnet/network-view.ts';
import { isTerminal } from '../../protocol/tasks/status.ts';
import type { LedgerReport } from '../ledger-report.ts';
import { type JsonReport, type Report, reportTasks, summaryLines, taskTable } from '../report-text.ts';
import { cnx, textTable } from '../text.ts';

/** Wei of one account, as the chain reports it. */
export interface Holdings {
  readonly walletWei: bigint;
  readonly stakeWei: bigint;
  readonly gasWei: bigint;
}

export interface ChainReportInput {
  readonly tasks: readonly ChainTask[];
  /** The members of each validation group. */
  readonly groups: readonly (readonly string[])[];
  /** The node of the demo, first, and the others. */
  readonly nodes: readonly [Participant, ...Participant[]];
  readonly application: Participant;
  /** The receiver of slashed stakes. */
  readonly owner: Participant;
  /** By lower-case address, for every account. */
  readonly holdings: ReadonlyMap<string, Holdings>;
  /** Holdings before the first transaction, wei by lower-case address. */
  readonly givenWei: ReadonlyMap<string, bigint>;
  /** Coin of the contracts themselves, wei. */
  readonly held: { readonly byTasks: bigint; readonly byNodes: bigint };
  readonly slashed: readonly string[];
  /** The loss of a slashed node, wei. */
  readonly stakeWei: bigint;
  readonly titles: ReadonlyMap<string, string>;
  /** Payments according to the node's own store, by commitment. */
  readonly nodePaymentsWei: ReadonlyMap<string, bigint>;
  readonly ledgerReport: LedgerReport;
  readonly durationMs: number;
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
const sum = (amounts: Iterable<bigint>) => [...amounts].reduce((total, wei) => total + wei, 0n);

/** An address's payments for its tasks, by commitment; a refunded member's share comes out of the winner's fee. */
export function incomeOf({ tasks, groups }: Pick<ChainReportInput, 'tasks' | 'groups'>, address: string): Map<string, bigint> {
  const income = new Map<string, bigint>();
  const add = (commitment: string, wei: bigint) => {
    if (wei > 0n) income.set(commitment, wei);
  };
  for (const { commitment, status, selectedNode, feeWei, payments } of tasks) {
    const isOwn = selectedNode !== null && isSame(selectedNode, address);
    if (status === 'EndSuccess' && isOwn) add(commitment, feeWei);
    if (status !== 'EndGroupSuccess') continue;
    const share = sum(payments.filter(({ node }) => isSame(node, address)).map(({ wei }) => wei));
    const members = groups.find((group) => group.includes(commitment)) ?? [commitment];
    const own = tasks.find((task) => members.includes(task.commitment) && isSame(task.selectedNode ?? '', address));
    if (own !== undefined) add(own.commitment, share);
  }
  return income;
}

/** Fees that the application has paid; all others were returned. */
function spentFees({ tasks }: Pick<ChainReportInput, 'tasks'>): bigint {
  const spent = tasks.filter(({ status, selectedNode }) => {
    const isPaid = status === 'EndSuccess' || status === 'EndGroupSuccess';
    // The contracts of 2025 keep the fee of a task that was aborted while it waited.
    return isPaid || !isTerminal(status) || selectedNode === null;
  });
  return sum(spent.map(({ feeWei }) => feeWei));
}

interface Row extends Holdings {
  readonly person: Participant;
  /** Income minus expenses, wei. */
  readonly feesWei: bigint;
  /** Negative for the receiver. */
  readonly slashedWei: bigint;
  readonly sumWei: bigint;
}

function rowsOf(input: ChainReportInput): Row[] {
  const { nodes, application, owner, slashed, stakeWei } = input;
  const lost = (person: Participant) => (slashed.some((address) => isSame(address, person.address)) ? stakeWei : 0n);
  const row = (person: Participant, feesWei: bigint, slashedWei: bigint): Row => {
    const own = input.holdings.get(person.address.toLowerCase()) ?? { walletWei: 0n, stakeWei: 0n, gasWei: 0n };
    return { person, ...own, feesWei, slashedWei, sumWei: own.walletWei + own.stakeWei + own.gasWei + slashedWei - feesWei };
  };
  return [
    ...nodes.map((node) => row(node, sum(incomeOf(input, node.address).values()), lost(node))),
    row(application, -spentFees(input), 0n),
    row(owner, 0n, -stakeWei * BigInt(slashed.length)),
  ];
}

export function buildChainReport(input: ChainReportInput): Report {
  const { tasks, nodes, slashed, durationMs } = input;
  const income = incomeOf(input, nodes[0].address);
  const rows = rowsOf(input);
  const json: JsonReport = {
    mode: 'chain',
    tasks: reportTasks(tasks, income),
    earnedWei: sum(income.values()).toString(),
    relayBalanceWei: '0',
    slashedNodes: slashed,
    durationMs,
  };
  const differences = [...findDifferences(input, rows, income), ...input.ledgerReport.differences];
  return { json, differences, text: reportText({ input, rows, json, income, differences }) };
}

function findDifferences(input: ChainReportInput, rows: readonly Row[], income: ReadonlyMap<string, bigint>): string[] {
  const { tasks, held, givenWei, nodePaymentsWei } = input;
  const differences: string[] = [];
  const expect = (what: string, actual: bigint | undefined, wanted: bigint) => {
    if (actual !== wanted) differences.push(`${what}: ${actual ?? 'unknown'} wei, expected ${wanted} wei`);
  };
  for (const { person, sumWei } of rows) {
    expect(
      `coin, stake, gas and fees of ${person.name} against what it had`,
      sumWei,
      givenWei.get(person.address.toLowerCase()) ?? 0n,
    );
  }
  const kept = tasks.filter(({ status, selectedNode }) => !isTerminal(status) || selectedNode === null);
  expect('coin in the task contract against the fees of open tasks', held.byTasks, sum(kept.map(({ feeWei }) => feeWei)));
  expect('coin in the node contract against all stakes', held.byNodes, sum(rows.map(({ stakeWei }) => stakeWei)));
  expect('fees of all against each other, with those in the contract', sum(rows.map(({ feesWei }) => feesWei)), -held.byTasks);
  for (const [commitment, wei] of income)
    expect(`the node's own record of ${shortHex(commitment)}`, nodePaymentsWei.get(commitment), wei);
  return differences;
}

interface ReportData {
  readonly input: ChainReportInput;
  readonly rows: readonly Row[];
  readonly json: JsonReport;
  readonly income: ReadonlyMap<string, bigint>;
  readonly differences: readonly string[];
}

function reportText({ input, rows, json, income, differences }: ReportData): string {
  const { tasks, titles, nodes, held, slashed, stakeWei } = input;
  const accounts = rows.map(({ person, stakeWei, walletWei, feesWei, gasWei, slashedWei, sumWei }) => [
    person.name,
    shortHex(person.address),
    cnx(stakeWei),
    cnx(walletWei),
    cnx(feesWei),
    `${gasWei} wei`,
    slashedWei === 0n ? '' : cnx(slashedWei),
    `${sumWei}`,
  ]);
  const contracts = [
    ['tasks', cnx(held.byTasks), `${held.byTasks} wei`],
    ['nodes', cnx(held.byNodes), `${held.byNodes} wei`],
  ];
  const nameOf = (address: string) => nodes.find((node) => isSame(node.address, address))?.name ?? address;
  return [
    '',
    taskTable({ tasks, titles, nodes, income }),
    '',
    textTable(['account', 'address', 'stake', 'coin', 'fees', 'gas paid', 'slashed', 'what it had, in wei'], accounts, [
      ...(['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right'] as const),
    ]),
    '',
    textTable(['contract of', 'holds', 'exactly'], contracts, ['left', 'right', 'right']),
    '',
    input.ledgerReport.text,
    '',
    ...summaryLines({
      ...{ node: nodes[0], json, differences },
      slashed: slashed.map((address) => ({ name: nameOf(address), wei: stakeWei })),
      agreed: "The contracts, the accounts and the node's own ledger",
    }),
  ].join('\n');
}
