/** The demo's final report: every task, every payment, and whether everything adds up. Pure. */

import type { Participant } from '../devnet/explorer.ts';
import { shortHex } from '../devnet/network-view.ts';
import type { LedgerRow, TaskRow } from '../devnet/relay/store/rows.ts';
import type { ChainReport } from './chain-report.ts';
import type { LedgerReport } from './ledger-report.ts';
import { type JsonReport, namesOf, type Report, reportTasks, summaryLines, taskTable } from './report-text.ts';
import { cnx, textTable } from './text.ts';

export interface ReportInput {
  readonly tasks: readonly TaskRow[];
  readonly ledger: readonly LedgerRow[];
  /** The node of the demo; payments are seen from its side. */
  readonly node: Participant;
  readonly peers: readonly Participant[];
  readonly application: Participant;
  /** Titles by commitment. */
  readonly titles: ReadonlyMap<string, string>;
  /** Each participant's own reading of its balance, by lower-case address. */
  readonly balancesWei: ReadonlyMap<string, bigint>;
  /** Payments according to the node's own store, by commitment. */
  readonly nodePaymentsWei: ReadonlyMap<string, bigint>;
  /** Stakes, coin and gas of the nodes. */
  readonly chain: ChainReport;
  /** The node's own books. */
  readonly ledgerReport: LedgerReport;
  readonly durationMs: number;
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Wei the ledger moved into (positive) and out of (negative) an account. */
export function ledgerBalance(ledger: readonly LedgerRow[], account: string): bigint {
  return ledger.reduce((sum, row) => {
    const received = isSame(row.to, account) ? row.wei : 0n;
    return sum + received - (isSame(row.from, account) ? row.wei : 0n);
  }, 0n);
}

/** Income per task of one address, by commitment. */
function incomeOf(ledger: readonly LedgerRow[], address: string): Map<string, bigint> {
  const income = ledger.filter((row) => row.type === 'TaskIncome' && isSame(row.to, address));
  return new Map(income.map((row) => [row.reason.slice(row.reason.indexOf('-') + 1), row.wei]));
}

export function buildReport(input: ReportInput): Report {
  const { tasks, ledger, node } = input;
  const income = incomeOf(ledger, node.address);
  const earned = [...income.values()].reduce((sum, wei) => sum + wei, 0n);
  const balance = input.balancesWei.get(node.address.toLowerCase()) ?? 0n;
  const slashed = ledger.filter((row) => row.type === 'Slash').map((row) => row.from.replace(/^stake:/, ''));
  const json: JsonReport = {
    mode: 'relay',
    tasks: reportTasks(tasks, income),
    earnedWei: earned.toString(),
    relayBalanceWei: balance.toString(),
    slashedNodes: [...new Set(slashed)],
    durationMs: input.durationMs,
  };
  const differences = [...findDifferences(input, earned, income), ...input.chain.differences, ...input.ledgerReport.differences];
  return { json, differences, text: reportText(input, json, income, differences) };
}

function findDifferences(input: ReportInput, earned: bigint, income: ReadonlyMap<string, bigint>): string[] {
  const { ledger, node, peers, application, balancesWei, nodePaymentsWei } = input;
  const differences: string[] = [];
  const expect = (what: string, actual: bigint | undefined, wanted: bigint) => {
    if (actual !== wanted) differences.push(`${what}: ${actual ?? 'unknown'} wei, expected ${wanted} wei`);
  };
  for (const { name, address } of [node, ...peers, application]) {
    expect(`relay balance of ${name} against the ledger`, balancesWei.get(address.toLowerCase()), ledgerBalance(ledger, address));
  }
  expect('payments of the node against its relay balance', balancesWei.get(node.address.toLowerCase()), earned);
  for (const [commitment, wei] of income)
    expect(`the node's own record of ${shortHex(commitment)}`, nodePaymentsWei.get(commitment), wei);
  return differences;
}

function reportText(
  input: ReportInput,
  json: JsonReport,
  income: ReadonlyMap<string, bigint>,
  differences: readonly string[],
): string {
  const { node, peers, application, titles, tasks, balancesWei } = input;
  const names = namesOf([node, ...peers]);
  const accountRows = [node, ...peers, application].map(({ name, address }) => {
    const wei = balancesWei.get(address.toLowerCase());
    return [name, shortHex(address), wei === undefined ? 'unknown' : cnx(wei), wei === undefined ? '' : `${wei} wei`];
  });
  const slashed = input.ledger
    .filter((row) => row.type === 'Slash')
    .map(({ from, wei }) => ({ name: names.get(from.replace(/^stake:/, '').toLowerCase()) ?? from, wei }));
  return [
    '',
    taskTable({ tasks, titles, nodes: [node, ...peers], income }),
    '',
    textTable(['account', 'address', 'relay balance', 'exactly'], accountRows, ['left', 'left', 'right', 'right']),
    '',
    input.chain.text,
    '',
    input.ledgerReport.text,
    '',
    ...summaryLines({ node, json, slashed, differences, agreed: "Relay, chain and the node's own ledger" }),
  ].join('\n');
}
