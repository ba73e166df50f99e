/** What the demo prints at its end: every task, every payment, and whether it all adds up. Pure. */

import type { Participant } from '../devnet/explorer.ts';
import type { LedgerRow, TaskRow } from '../devnet/relay/store/rows.ts';
import { shortHex } from '../devnet/short-hex.ts';
import { TASK_TYPE, type TaskStatus, type TaskTypeNumber } from '../protocol/tasks/status.ts';
import type { ChainReport } from './chain-report.ts';
import type { LedgerReport } from './ledger-report.ts';
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
  /** What each participant's own balance request answers, by lower-case address. */
  readonly balancesWei: ReadonlyMap<string, bigint>;
  /** What the node's own store says it was paid, by commitment. */
  readonly nodePaymentsWei: ReadonlyMap<string, bigint>;
  /** Stakes, coin and gas of the nodes. */
  readonly chain: ChainReport;
  /** The node's own books. */
  readonly ledgerReport: LedgerReport;
  readonly durationMs: number;
}

interface ReportTask {
  readonly commitment: string;
  readonly type: TaskTypeNumber;
  readonly state: TaskStatus;
  readonly score: string | null;
  /** Paid to the node of the demo for this task, decimal wei. */
  readonly paymentWei: string;
}

/** The JSON of `--once --json`. */
interface JsonReport {
  readonly tasks: readonly ReportTask[];
  readonly earnedWei: string;
  readonly relayBalanceWei: string;
  readonly slashedNodes: readonly string[];
  readonly durationMs: number;
}

export interface Report {
  readonly json: JsonReport;
  readonly text: string;
  /** Empty when everything adds up. */
  readonly differences: readonly string[];
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
    tasks: tasks.map((task) => ({
      commitment: task.commitment,
      type: TASK_TYPE[task.type],
      state: task.status,
      score: task.score === '' ? null : task.score,
      paymentWei: (income.get(task.commitment) ?? 0n).toString(),
    })),
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
  const { node, peers, application, titles, balancesWei } = input;
  const names = new Map([node, ...peers].map(({ name, address }) => [address.toLowerCase(), name]));
  const taskRows = input.tasks.map((task) => [
    shortHex(task.commitment),
    String(TASK_TYPE[task.type]),
    titles.get(task.commitment) ?? '',
    task.selectedNode === null ? '–' : (names.get(task.selectedNode.toLowerCase()) ?? shortHex(task.selectedNode)),
    task.status + (task.abortReason === 'None' ? '' : ` (${task.abortReason})`),
    task.score === '' ? '–' : shortHex(task.score),
    cnx(task.feeWei),
    income.has(task.commitment) ? cnx(income.get(task.commitment) ?? 0n) : '',
  ]);
  const accountRows = [node, ...peers, application].map(({ name, address }) => {
    const wei = balancesWei.get(address.toLowerCase());
    return [name, shortHex(address), wei === undefined ? 'unknown' : cnx(wei), wei === undefined ? '' : `${wei} wei`];
  });
  const slashes = input.ledger
    .filter((row) => row.type === 'Slash')
    .map((row) => `  ${names.get(row.from.replace(/^stake:/, '').toLowerCase()) ?? row.from} lost its stake of ${cnx(row.wei)}`);
  return [
    '',
    textTable(['task', 'type', 'what', 'node', 'state', 'score', 'fee', `paid to ${node.name}`], taskRows, [
      'left',
      'left',
      'left',
      'left',
      'left',
      'left',
      'right',
      'right',
    ]),
    '',
    textTable(['account', 'address', 'relay balance', 'exactly'], accountRows, ['left', 'left', 'right', 'right']),
    '',
    input.chain.text,
    '',
    input.ledgerReport.text,
    '',
    'Slashed:',
    ...(slashes.length === 0 ? ['  nobody'] : slashes),
    '',
    `${node.name} earned ${cnx(BigInt(json.earnedWei))} (${json.earnedWei} wei) in ${(input.durationMs / 1000).toFixed(1)} s.`,
    differences.length === 0
      ? "Relay, chain and the node's own ledger agree to the wei."
      : ['It does NOT add up:', ...differences.map((difference) => `  ${difference}`)].join('\n'),
    '',
  ].join('\n');
}
