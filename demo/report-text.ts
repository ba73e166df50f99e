/** The parts of the demo's final report that are the same with a relay and on a chain. Pure. */
import type { NetworkMode } from '../contract/node-config.ts';
import type { Participant } from '../devnet/explorer.ts';
import { shortHex } from '../devnet/network-view.ts';
import { type AbortReason, TASK_TYPE, type TaskStatus, type TaskType, type TaskTypeNumber } from '../protocol/tasks/status.ts';
import { cnx, textTable } from './text.ts';

export interface ReportTask {
  readonly commitment: string;
  readonly type: TaskTypeNumber;
  readonly state: TaskStatus;
  readonly score: string | null;
  /** Paid to the node of the demo for this task, decimal wei. */
  readonly paymentWei: string;
}

/** The JSON of `--once --json`. */
export interface JsonReport {
  readonly mode: NetworkMode;
  readonly tasks: readonly ReportTask[];
  readonly earnedWei: string;
  /** "0" if there is no account at a relay. */
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

/** A task as reported by either kind of network. */
export interface ReportedTask {
  readonly commitment: string;
  readonly type: TaskType;
  readonly status: TaskStatus;
  readonly selectedNode: string | null;
  readonly abortReason: AbortReason;
  /** Empty, or 0x, if there is none. */
  readonly score: string;
  readonly feeWei: bigint;
}

const hasScore = ({ score }: ReportedTask) => score !== '' && score !== '0x';

export function reportTasks(tasks: readonly ReportedTask[], income: ReadonlyMap<string, bigint>): ReportTask[] {
  return tasks.map((task) => ({
    commitment: task.commitment,
    type: TASK_TYPE[task.type],
    state: task.status,
    score: hasScore(task) ? task.score : null,
    paymentWei: (income.get(task.commitment) ?? 0n).toString(),
  }));
}

export interface TaskTableInput {
  readonly tasks: readonly ReportedTask[];
  /** Titles by commitment. */
  readonly titles: ReadonlyMap<string, string>;
  /** The node of the demo, first, and the others. */
  readonly nodes: readonly [Participant, ...Participant[]];
  /** Payments to the first one, by commitment. */
  readonly income: ReadonlyMap<string, bigint>;
}

export function taskTable({ tasks, titles, nodes, income }: TaskTableInput): string {
  const names = namesOf(nodes);
  const rows = tasks.map((task) => [
    shortHex(task.commitment),
    String(TASK_TYPE[task.type]),
    titles.get(task.commitment) ?? '',
    task.selectedNode === null ? '–' : (names.get(task.selectedNode.toLowerCase()) ?? shortHex(task.selectedNode)),
    task.status + (task.abortReason === 'None' ? '' : ` (${task.abortReason})`),
    hasScore(task) ? shortHex(task.score) : '–',
    cnx(task.feeWei),
    income.has(task.commitment) ? cnx(income.get(task.commitment) ?? 0n) : '',
  ]);
  return textTable(['task', 'type', 'what', 'node', 'state', 'score', 'fee', `paid to ${nodes[0].name}`], rows, [
    ...(['left', 'left', 'left', 'left', 'left', 'left', 'right', 'right'] as const),
  ]);
}

export interface Summary {
  readonly node: Participant;
  readonly json: JsonReport;
  /** The losses of each node, wei. */
  readonly slashed: readonly { readonly name: string; readonly wei: bigint }[];
  /** The sources that agree, if everything adds up. */
  readonly agreed: string;
  readonly differences: readonly string[];
}

export function summaryLines({ node, json, slashed, agreed, differences }: Summary): readonly string[] {
  const slashes = slashed.map(({ name, wei }) => `  ${name} lost its stake of ${cnx(wei)}`);
  return [
    'Slashed:',
    ...(slashes.length === 0 ? ['  nobody'] : slashes),
    '',
    `${node.name} earned ${cnx(BigInt(json.earnedWei))} (${json.earnedWei} wei) in ${(json.durationMs / 1000).toFixed(1)} s.`,
    differences.length === 0
      ? `${agreed} agree to the wei.`
      : ['It does NOT add up:', ...differences.map((difference) => `  ${difference}`)].join('\n'),
    '',
  ];
}

/** Names by lower-case address. */
export function namesOf(people: readonly Participant[]): ReadonlyMap<string, string> {
  return new Map(people.map(({ name, address }) => [address.toLowerCase(), name]));
}
