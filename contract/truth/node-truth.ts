/**
 * What a node is, derived in one place: life, stake, task, relay, chain, connection, engine and card, each with its
 * age. Pure. Window, tray, notifications and command line show this and nothing that contradicts it.
 */
import type { ChainStakeView, LastWord } from '../life.ts';
import type { WorkerState } from '../profiles.ts';
import type { NodeView } from '../worker-channel.ts';
import { type Control, controlsOf } from './controls.ts';
import { type LifeState, lifeState } from './life-state.ts';
import { type Aged, type Connection, HERE, isOldAt, type Reach } from './reach.ts';
import { type StakeTruth, stakeTruth } from './stake-truth.ts';

export const TRUTH_TONES = ['neutral', 'info', 'good', 'warn', 'bad'] as const;
type TruthTone = (typeof TRUTH_TONES)[number];

export interface TruthFacts {
  readonly worker: WorkerState;
  /** The node's latest view; null = it has not reported, or its process is gone. */
  readonly node: NodeView | null;
  /** The stake as last read, for a node that does not answer. */
  readonly lastStake?: ChainStakeView | null;
  /** Its recorded last messages, likewise. */
  readonly lastWord?: LastWord | null;
  /** Omitted: the reader is a part of the program. */
  readonly connection?: Connection;
  readonly nowMs: number;
}

/** True statements that may be shown about the task and the stake. */
const PROMISES = ['finishesTask', 'stakeStays'] as const;
type TruthPromise = (typeof PROMISES)[number];

export interface NodeTruth {
  readonly life: LifeState;
  /** Its state when it was last heard of; the same as `life` while there is contact. */
  readonly lastLife: LifeState;
  readonly tone: TruthTone;
  readonly connection: Connection;
  /** Since when none of this is fresh; null = it is fresh, or the time is unknown. */
  readonly oldSinceMs: number | null;
  readonly stake: StakeTruth;
  /** Removed by the network and must not rejoin by itself; also known for a node that is not running. */
  readonly barred: LastWord['barred'];
  /** At the relay, wei; null = not read, or the network keeps no accounts. */
  readonly balance: (Aged & { readonly wei: bigint }) | null;
  /** Commitment of the current task. */
  readonly task: string | null;
  readonly relay: Reach;
  readonly chain: Reach;
  readonly engine: 'none' | 'starting' | 'ready' | 'down';
  readonly card: 'none' | 'ready' | 'refuses' | 'unreadable';
  /** Of the card's last reading; null = there is none. */
  readonly reading: Aged | null;
  readonly controls: readonly Control[];
  readonly waits: 'host' | 'itself';
  /** No process runs it or is about to, so it can be removed from the list. */
  readonly isRemovable: boolean;
  readonly promises: readonly TruthPromise[];
}

const TONES: Readonly<Record<LifeState, TruthTone>> = {
  stopped: 'neutral',
  locked: 'warn',
  failed: 'bad',
  restarting: 'bad',
  starting: 'info',
  notCleared: 'warn',
  staking: 'info',
  awaitingStake: 'info',
  waiting: 'good',
  executing: 'good',
  cutOff: 'bad',
  held: 'warn',
  pausing: 'warn',
  paused: 'warn',
  leaving: 'info',
  returning: 'info',
  out: 'neutral',
  dropped: 'bad',
  slashed: 'bad',
  kickedOut: 'bad',
  stopping: 'info',
  unknown: 'neutral',
};

export function nodeTruth(facts: TruthFacts): NodeTruth {
  const { worker, nowMs, connection = HERE } = facts;
  const alive = worker.kind === 'running' || worker.kind === 'stopping';
  const node = alive ? facts.node : null;
  const reported = lifeState(worker, node);
  const life = connection.kind === 'noProgram' ? 'unknown' : reported;
  const barred = barredOf(node, facts.lastWord ?? null);
  const stake = stakeTruth({ node, last: facts.lastStake ?? null, barred, nowMs });
  const isHeard = connection.kind === 'here';
  const task = node?.currentTask ?? null;
  const { controls, waits } = controlsOf({ life, alive, connection });
  return {
    life,
    lastLife: reported,
    tone: connection.kind === 'here' ? TONES[life] : 'neutral',
    connection,
    oldSinceMs: connection.kind === 'here' ? null : connection.sinceMs,
    stake,
    barred,
    balance: balanceOf({ node, word: facts.lastWord ?? null, isHeard, nowMs }),
    task,
    relay: relayOf(node),
    chain: chainOf(node),
    engine: engineOf(node),
    card: cardOf(node, nowMs),
    reading: readingOf(node, nowMs),
    controls,
    waits,
    isRemovable: REMOVABLE.has(life) && !alive,
    promises: promisesOf({ life, task, stake, controls }),
  };
}

function relayOf(node: NodeView | null): Reach {
  switch (node?.relay) {
    case 'reachable':
      return { kind: 'answers' };
    case 'unreachable':
      return { kind: 'silent', sinceMs: node.relaySinceMs };
    default:
      return { kind: 'unknown' };
  }
}

function chainOf(node: NodeView | null): Reach {
  switch (node?.chain.kind) {
    case 'none':
      return { kind: 'none' };
    case 'reachable':
      return { kind: 'answers' };
    case 'unreachable':
      return { kind: 'silent', sinceMs: node.chain.sinceMs };
    default:
      return { kind: 'unknown' };
  }
}

function barredOf(node: NodeView | null, word: LastWord | null): LastWord['barred'] {
  if (node === null) return word?.barred ?? null;
  if (node.state === 'slashed' || node.state === 'kickedOut') return node.state;
  return node.life?.kind === 'barred' ? node.life.why : null;
}

interface BalanceFacts {
  readonly node: NodeView | null;
  readonly word: LastWord | null;
  readonly isHeard: boolean;
  readonly nowMs: number;
}

/** The node's own, which is reported with each change while the relay answers; otherwise the recorded one. */
function balanceOf({ node, word, isHeard, nowMs }: BalanceFacts): NodeTruth['balance'] {
  if (node?.relayBalanceWei != null) {
    const isSilent = node.relay === 'unreachable';
    return { wei: BigInt(node.relayBalanceWei), readMs: isSilent ? node.relaySinceMs : null, isOld: isSilent || !isHeard };
  }
  const last = word?.relayBalance ?? null;
  if (node !== null || last === null) return null;
  return { wei: BigInt(last.wei), readMs: last.readMs, isOld: isOldAt('balance', last.readMs, nowMs) };
}

function readingOf(node: NodeView | null, nowMs: number): Aged | null {
  const readMs = node?.gpu?.sample?.atMs ?? null;
  return readMs === null ? null : { readMs, isOld: isOldAt('card', readMs, nowMs) };
}

function engineOf(node: NodeView | null): NodeTruth['engine'] {
  if (node === null || node.engine === 'stopped' || node.engine === 'stopping') return 'none';
  return node.engine === 'backoff' || node.engineError !== null ? 'down' : node.engine;
}

function cardOf(node: NodeView | null, nowMs: number): NodeTruth['card'] {
  if (node?.gpu == null) return 'none';
  if (!node.gpu.acceptance.accept) return 'refuses';
  return node.gpu.problem === null && readingOf(node, nowMs)?.isOld !== true ? 'ready' : 'unreadable';
}

const REMOVABLE: ReadonlySet<LifeState> = new Set(['stopped', 'failed', 'locked']);

/** States in which the stake moves or is gone. */
const STAKE_MOVES: ReadonlySet<LifeState> = new Set([
  ...(['leaving', 'returning', 'out', 'staking', 'awaitingStake'] as const),
  ...(['slashed', 'kickedOut', 'dropped', 'unknown'] as const),
]);

function promisesOf({ life, task, stake, controls }: Pick<NodeTruth, 'life' | 'task' | 'stake' | 'controls'>): TruthPromise[] {
  const ends = life === 'stopping' || life === 'pausing' || life === 'leaving';
  const finishes = task !== null && (ends || controls.includes('pause') || controls.includes('stop'));
  const stays = stake.kind === 'staked' && !STAKE_MOVES.has(life) && (controls.includes('stop') || ends);
  return [...(finishes ? (['finishesTask'] as const) : []), ...(stays ? (['stakeStays'] as const) : [])];
}

/** The tray icon for all nodes together. */
export function trayState(truths: readonly Pick<NodeTruth, 'tone' | 'life'>[]): 'idle' | 'working' | 'attention' {
  if (truths.some(({ tone, life }) => tone === 'bad' || life === 'locked' || life === 'notCleared')) return 'attention';
  return truths.some(({ life }) => life === 'executing') ? 'working' : 'idle';
}
