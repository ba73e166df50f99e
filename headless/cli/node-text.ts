/** Formats nodes, tasks and money for a terminal. Pure. */
import { transactionUrl } from '../../contract/chain-preset.ts';
import type { ProfileView } from '../../contract/profiles.ts';
import type { TaskRow } from '../../contract/tasks.ts';
import type { LifeState } from '../../contract/truth/life-state.ts';
import { type NodeTruth, nodeTruth } from '../../contract/truth/node-truth.ts';
import type { Aged, Reach } from '../../contract/truth/reach.ts';
import type { StakeTruth } from '../../contract/truth/stake-truth.ts';
import type { WarmUpView } from '../../contract/warm-up.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import { formatCnx } from '../../protocol/money/wei.ts';
import { missedAtMs } from '../../protocol/tasks/missed-deadline.ts';

export const cnx = (wei: string | bigint): string => `${formatCnx(BigInt(wei))} CNX`;
const cnxOrDash = (wei: string | null): string => (wei === null ? '–' : cnx(wei));

export function shortHex(hex: string): string {
  return hex.length <= 14 ? hex : `${hex.slice(0, 8)}…${hex.slice(-4)}`;
}

/** UTC, to the second. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 19);
}

function secondsText(ms: number | null): string {
  return ms === null ? '–' : `${(ms / 1000).toFixed(1)} s`;
}

const STATES: Readonly<Record<LifeState, string>> = {
  stopped: 'stopped',
  locked: 'locked: its key needs its passphrase',
  failed: 'failed',
  restarting: 'crashed',
  starting: 'starting',
  notCleared: 'cannot start: a check failed; it is repeated from time to time',
  staking: 'placing its stake',
  awaitingStake: 'waiting for an earlier stake to be returned, then stakes again',
  waiting: 'running, waits for tasks',
  executing: 'running',
  cutOff: 'cut off: the relay does not answer',
  held: 'takes no tasks: its card or engine is not ready for them',
  pausing: 'pausing: finishing its task first',
  paused: 'paused',
  leaving: 'leaving the network with its stake',
  returning: 'has left; its stake is being returned',
  out: 'not in the network; resume joins and stakes again',
  dropped: 'no longer listed by the network; resume joins again',
  slashed: 'slashed',
  kickedOut: 'removed from the network',
  stopping: 'stopping: finishing its task first',
  unknown: 'unknown',
};

/** What a node is doing, in a few words. */
export function stateText({ worker, node, networkMode }: ProfileView): string {
  // These words do not depend on the time: they contain no ages.
  const { life, task, relay } = nodeTruth({ worker, node, nowMs: 0 });
  const parts = [STATES[life]];
  // A process that ended says itself why.
  if (worker.kind === 'backoff') {
    const { code, message } = worker.error;
    const again = `restarts at ${timeText(worker.retryAtMs)} UTC`;
    parts[0] = code.startsWith('LEASE_') ? `waiting: ${message} (${code}), ${again}` : `crashed (${code}), ${again}`;
  }
  if (worker.kind === 'failed') parts[0] = `failed: ${worker.error.code}: ${worker.error.message}`;
  if (life === 'cutOff' && networkMode === 'chain') parts[0] = 'cut off: the chain does not answer';
  if (life === 'cutOff' && relay.kind === 'silent' && relay.sinceMs !== null) parts.push(`since ${timeText(relay.sinceMs)} UTC`);
  if (life !== 'stopping' && task !== null) parts.push(`task ${shortHex(task)}`);
  return parts.join(', ');
}

export function stateLine(view: ProfileView): string {
  return `${view.profile.name}: ${stateText(view)}`;
}

/** The same for a program. Fields that the network does not have are left out. */
export function nodeFacts({ profile, networkTitle, networkMode, gpuName, worker, node, pendingRestart }: ProfileView) {
  return {
    id: profile.id,
    name: profile.name,
    network: profile.networkId,
    networkTitle,
    mode: networkMode,
    address: profile.address,
    gpu: gpuName,
    worker: worker.kind,
    workerError: 'error' in worker ? worker.error : null,
    state: node?.state ?? null,
    life: nodeTruth({ worker, node, nowMs: 0 }).life,
    message: node?.message ?? null,
    engine: node?.engine ?? null,
    currentTask: node?.currentTask ?? null,
    ...(networkMode === 'chain'
      ? { chain: node?.relay ?? null }
      : { relay: node?.relay ?? null, relayBalanceWei: node?.relayBalanceWei ?? null, stake: node?.stake ?? null }),
    error: node?.error ?? null,
    engineError: node?.engineError ?? null,
    warmUp: node?.warmUp ?? null,
    pendingRestart,
  };
}

export function nodeText(view: ProfileView, nowMs: number): string {
  const { profile, networkTitle, networkMode, gpuName, worker, node, pendingRestart } = view;
  const truth = nodeTruth({ worker, node, nowMs });
  const rows: [string, string][] = [
    ['state', stateText(view)],
    ['network', networkTitle],
    ['address', profile.address],
    ['card', gpuName ?? 'read at the start'],
  ];
  if (node !== null) {
    rows.push(['engine', node.engine]);
    const stake = stakeText(truth.stake);
    // Where tasks live on a chain, what the node asks for them is that chain.
    if (networkMode === 'chain') rows.push(['chain', reachText(truth.relay)]);
    else rows.push(['relay', `${reachText(truth.relay)}, balance ${balanceText(truth.balance)}`]);
    if (stake !== null) rows.push(['stake', stake]);
    if (networkMode === 'relay' && truth.chain.kind === 'silent') rows.push(['chain', reachText(truth.chain)]);
    rows.push(['message', node.message]);
    if (node.warmUp !== null) rows.push(['warm-up', warmUpText(node.warmUp)]);
    if (node.error !== null) rows.push(['error', `${node.error.code}: ${node.error.message}`]);
    const words = lastWordsOf(node);
    if (words !== '') rows.push(['it said', words.replaceAll('\n', `\n${' '.repeat(11)}`)]);
  }
  if (pendingRestart) rows.push(['note', 'changes apply at its next start']);
  return `${profile.name} (${profile.id})\n${rows.map(([name, value]) => `  ${name.padEnd(8)} ${value}`).join('\n')}`;
}

const sinceText = (ms: number | null): string => (ms === null ? '' : ` since ${timeText(ms)} UTC`);

function reachText(reach: Reach): string {
  if (reach.kind !== 'silent') return reach.kind === 'answers' ? 'reachable' : reach.kind;
  return `does not answer${sinceText(reach.sinceMs)}`;
}

/** What nobody has read when it was due says when it was read. */
const agedText = ({ readMs, isOld }: Aged): string =>
  !isOld ? '' : readMs === null ? ', may be out of date' : `, last read ${timeText(readMs)} UTC`;

function balanceText(balance: NodeTruth['balance']): string {
  return balance === null ? '–' : `${cnx(balance.wei)}${agedText(balance)}`;
}

function stakeText(stake: StakeTruth): string | null {
  switch (stake.kind) {
    case 'none':
    case 'unknown':
      return null;
    case 'staked':
      return `${cnx(stake.wei)}${agedText(stake)}`;
    case 'returning': {
      const from = stake.forceFromMs === null ? '' : ` (without the relay from ${timeText(stake.forceFromMs)} UTC)`;
      return `${cnx(stake.wei)}, on its way back${from}${agedText(stake)}`;
    }
    case 'dueBack':
      return `${cnx(stake.wei)}, to be returned after the kick-out (the chain still shows it as staked)${agedText(stake)}`;
    case 'notStaked':
      return `nothing staked${agedText(stake)}`;
    case 'slashed':
      return `slashed (the chain still showed ${cnx(stake.wei)} when it was last read)`;
  }
}

/** Progress of the engine's warm-up tasks, and how long each took. */
function warmUpText({ state, modelId, index, count, results, limitSeconds }: WarmUpView): string {
  const done = results.map((one) => `${one.modelId} ${one.seconds.toFixed(1)} s of ${limitSeconds} s`).join(', ');
  const now = modelId === null ? state : `${state}: ${modelId} (${index} of ${count})`;
  return done === '' ? now : `${now}; ${done}`;
}

/** What the engine printed before it ended; empty = it is running, or printed nothing. */
export function lastWordsOf({ engineError }: Pick<NodeView, 'engineError'>): string {
  const words = engineError?.data.lastWords;
  return typeof words === 'string' ? words : '';
}

export function taskCells(task: TaskRow): string[] {
  return [
    timeText(task.seenMs),
    shortHex(task.commitment),
    task.type,
    task.status,
    secondsText(task.durationMs),
    cnx(task.feeWei),
    cnxOrDash(task.paymentWei),
    [task.error?.code ?? '', timeOutText(task), neverPaidText(task)].filter((part) => part !== '').join('; '),
  ];
}
/** In these contracts, a group is paid out of its winner's fee or not at all. */
function neverPaidText({ status, paymentWei }: Pick<TaskRow, 'status' | 'paymentWei'>): string {
  return status === 'EndGroupRefund' && paymentWei === '0' ? 'never paid: the winner of its group was aborted' : '';
}

/** The transaction of an act, with its page if the network has an explorer. */
export function withTransactionUrl(
  { transaction }: { readonly transaction: string | null },
  { explorerUrl }: Pick<ProfileView, 'explorerUrl'>,
) {
  return { transaction, url: transaction === null ? null : transactionUrl(explorerUrl, transaction) };
}

const MISSED_DEADLINES: Readonly<Record<NonNullable<TaskRow['missedDeadline']>, string>> = {
  queue: 'timed out in the queue: no node took it',
  arguments: 'timed out: no arguments from the application',
  execution: 'timed out: no score from this node',
  validation: 'timed out: not validated by the application',
  resultUpload: 'timed out: no result from this node',
  group: 'timed out: the rest of its group was not ready',
  unknown: 'timed out after its score',
};

/** Who was late and when it was due; empty = no deadline ended the task. */
export function timeOutText(task: Pick<TaskRow, 'missedDeadline' | 'deadlineMs' | 'type'>): string {
  if (task.missedDeadline === null) return '';
  const dueMs = missedAtMs(task.missedDeadline, task);
  return `${MISSED_DEADLINES[task.missedDeadline]}${dueMs === null ? '' : ` (due ${timeText(dueMs)})`}`;
}

export const TASK_HEAD = ['time (UTC)', 'task', 'type', 'status', 'took', 'fee', 'paid', 'what went wrong'];

/** Columns as wide as their widest cell; nothing is truncated. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_title, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
