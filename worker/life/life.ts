/** Keeps the node in the state that its host wants: read network and chain, decide, act once, read again. */
import type { LifeView } from '../../contract/life.ts';
import type { RejoinPolicy } from '../../contract/node-config.ts';
import { type SerialisedError, serialiseError } from '../../protocol/errors.ts';
import type { NodeStatus } from '../../protocol/node/status.ts';
import type { NodeInfo } from '../../protocol/wire/node.ts';
import { isChainError } from '../chain/errors.ts';
import { isWorkerError, WorkerError } from '../kit/errors.ts';
import type { LoopContext } from '../loop/context.ts';
import { isAlreadyJoined, isIllegalNodeStatus } from '../networks/relay/refusals.ts';
import type { Capabilities, JoinRequest } from '../networks/task-network.ts';
import { claimJoin } from '../preflight/join-claim.ts';
import type { Clearance } from './clearance.ts';
import {
  type ChainFacts,
  decideLife,
  type LifeAct,
  type LifeFacts,
  type Phase,
  REJOIN_AFTER_MS,
  type Wanted,
} from './decide-life.ts';
import { LIFE_ACTS, LIFE_OUTCOMES } from './life-log.ts';
import type { NodeStateKind } from './node-state.ts';
import type { StakeActKind, StakeActs } from './stake-acts.ts';

export interface LifeOptions {
  readonly context: LoopContext;
  readonly wanted: Wanted;
  readonly rejoin: RejoinPolicy;
  readonly clearance: Pick<Clearance, 'state' | 'run' | 'objection'>;
  /** Null if the network has no chain. */
  readonly stakeActs: Pick<
    StakeActs,
    'read' | 'perform' | 'last' | 'transaction' | 'forceFromMs' | 'doubt' | 'onRead' | 'reach'
  > | null;
  /** Called before the first act that moves money, to open the ledger on the balances before it. */
  readonly beforeMoney: () => Promise<void>;
  /** A transaction has become final or failed. */
  readonly onMoney: () => void;
  /** What this process announces: the card it runs on (law 6), the connected engine's version, the models on disk. */
  readonly identity: () => JoinRequest;
  readonly onState: (state: NodeStateKind) => void;
  readonly onInfo: (info: NodeInfo) => void;
}

export class Life {
  readonly #options: LifeOptions;
  #wanted: Wanted;
  /** The machine itself currently prevents new tasks; the host's wish is unchanged. */
  #held = false;
  #settled = false;
  /** What this process has announced to the network. */
  #announced: Pick<Capabilities, 'version' | 'modelIds'> | null = null;
  #status: NodeStatus | null = null;
  #wasMember = false;
  #lastAct: LifeAct = 'none';
  #phase: Phase | null = null;
  #chain: ChainFacts | null = null;
  #forceFromMs = 0;
  #isOpened = false;
  /** What delays a transaction, or why the chain cannot be read. */
  #obstacle: SerialisedError | null = null;
  /** The obstacle met in the current cycle. */
  #cycleObstacle: SerialisedError | null = null;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.#wanted = options.wanted;
  }

  get wanted(): Wanted {
    return this.#wanted;
  }

  /** Network and chain were last read as the host wants them. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Null = no known problem. */
  get obstacle(): SerialisedError | null {
    if (this.#obstacle !== null || this.#phase !== 'notCleared') return this.#obstacle;
    return this.#options.clearance.objection();
  }

  setWanted(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#settled = false;
    // The host's request lets a node that the network has dropped join again.
    if (wanted === 'running') this.#wasMember = false;
  }

  /**
   * Pauses a node that should run, until released; releasing it is not consent to rejoin. Returns true if this changes
   * anything.
   */
  setHeld(held: boolean): boolean {
    if (held === this.#held) return false;
    this.#held = held;
    this.#settled = false;
    return true;
  }

  view(): LifeView | null {
    const { context, stakeActs } = this.#options;
    const transaction = stakeActs?.transaction ?? null;
    switch (this.#phase) {
      case null:
        return null;
      case 'barred': {
        const why = context.store.settings.get('barred');
        return why === null ? { kind: 'joining' } : { kind: 'barred', why, rejoinsMs: this.#rejoinsMs() };
      }
      case 'staking':
        return { kind: 'staking', targetWei: String(this.#chain?.targetWei ?? 0n), transaction };
      case 'leaving':
        return { kind: 'leaving', transaction };
      case 'returning':
        return { kind: 'returning', forceFromMs: this.#forceFromMs };
      default:
        return { kind: this.#phase };
    }
  }

  /** One cycle; returns true if it acted and the effect should be read at once. */
  async poll(): Promise<boolean> {
    this.#cycleObstacle = null;
    try {
      return await this.#cycle();
    } finally {
      this.#obstacle = this.#cycleObstacle;
    }
  }

  async #cycle(): Promise<boolean> {
    const { context, onState, onInfo, stakeActs } = this.#options;
    const { store, network, networkClock } = context;
    const info = await network.nodeInfo();
    if (info.status !== this.#status) {
      this.#status = info.status;
      store.history.add({ state: info.status, atMs: networkClock.now(), source: 'relay', evidence: 'node object' });
    }
    onInfo(info);
    const facts = this.#facts(info.status);
    let step = decideLife(facts);
    if (step.act === 'readChain' && stakeActs !== null) {
      // The phase shown until the chain answers.
      this.#phase = this.#wanted === 'running' ? 'notCleared' : 'leaving';
      this.#chain = await this.#askChain(() => stakeActs.read());
      step = decideLife({ ...facts, chain: this.#chain });
      if (step.phase === 'returning') this.#forceFromMs = await this.#askChain(() => stakeActs.forceFromMs());
    }
    if (info.status !== 'Quit' && info.status !== 'PendingQuit') this.#wasMember = true;
    this.#settled = step.settled;
    if (step.phase !== null) this.#phase = step.phase;
    if (step.state !== null) onState(step.state);
    const repeated = step.act === this.#lastAct;
    this.#lastAct = step.act;
    if (step.act === 'none') return false;
    await this.#act(step.act);
    return !repeated;
  }

  #facts(status: NodeStatus): LifeFacts {
    const { context, clearance, stakeActs, rejoin, identity } = this.#options;
    const { settings } = context.store;
    const { version, modelIds } = identity();
    const announced = this.#announced;
    return {
      wanted: this.#held && this.#wanted === 'running' ? 'paused' : this.#wanted,
      barred: settings.get('barred'),
      status,
      // A new model is announced automatically (RELAY_PROTOCOL 8.8); a deleted one is not.
      announced: announced?.version === version && announced.modelIds.every((id) => modelIds.includes(id)),
      lost: this.#wasMember && status === 'Quit',
      chain: stakeActs === null ? null : 'unread',
      checks: clearance.state(),
      // biome-ignore lint/plugin: network time of the store, also from before a restart
      rejoin: { policy: rejoin, barredForMs: context.networkClock.now() - (settings.get('barredMs') ?? 0) },
    };
  }

  async #act(act: Exclude<LifeAct, 'none'>): Promise<void> {
    const { context, identity, clearance } = this.#options;
    const { network, log, store } = context;
    if (act !== 'check' && act !== 'readChain') log.info({ act }, LIFE_ACTS[act]);
    const request = identity();
    try {
      switch (act) {
        case 'readChain':
          return;
        case 'check':
          await clearance.run();
          return;
        case 'forgive':
          store.settings.set('barred', null);
          this.#wasMember = false;
          return;
        case 'stake':
        case 'tryUnstake':
          return await this.#perform(act);
        case 'join':
          await this.#openLedger();
          claimJoin(store);
          await context.killPoint('join.claimed');
          // The relay compares only the coins; credits are part of the stake but not of this amount (RELAY_PROTOCOL
          // 3.3.3).
          await network.join({ ...request, stakeWei: this.#chain?.stake.balanceWei ?? request.stakeWei });
          await context.killPoint('join.accepted');
          this.#announced = request;
          break;
        case 'announce':
          await network.updateCapabilities(request);
          this.#announced = request;
          break;
        case 'pause':
          await network.pause();
          break;
        case 'resume':
          await network.resume();
          break;
        case 'quit':
          await network.quit();
      }
      log.info({ act }, LIFE_OUTCOMES[act]);
    } catch (error) {
      // The status has changed since it was read; the next read shows the new one.
      if (isAlreadyJoined(error) || isIllegalNodeStatus(error)) return;
      if (act === 'join' && isWorkerError(error, 'RELAY_REFUSED')) {
        throw new WorkerError('NODE_JOIN_FAILED', `the network refused this node: ${error.data.reason}`, error.data, {
          cause: error,
        });
      }
      throw error;
    }
  }

  async #perform(kind: StakeActKind): Promise<void> {
    const { stakeActs, context, onMoney } = this.#options;
    if (stakeActs === null) return;
    await this.#openLedger();
    const done = await this.#askChain(() => stakeActs.perform(kind));
    if (done instanceof Error) {
      if (done.data.lastError !== '') this.#cycleObstacle = done.serialise();
      return;
    }
    if (done === null) return;
    const state = kind === 'stake' ? 'staked' : 'unstakeAsked';
    context.store.history.add({ state, atMs: context.networkClock.now(), source: 'local', evidence: `transaction ${done}` });
    onMoney();
  }

  async #openLedger(): Promise<void> {
    if (this.#isOpened) return;
    await this.#options.beforeMoney();
    this.#isOpened = true;
  }

  /** Runs a call to the chain; its error is shown until the next call. */
  async #askChain<Value>(ask: () => Promise<Value>): Promise<Value> {
    try {
      return await ask();
    } catch (error) {
      if (isChainError(error)) this.#cycleObstacle = serialiseError(error);
      throw error;
    }
  }

  #rejoinsMs(): number | null {
    const { context, rejoin } = this.#options;
    const { settings } = context.store;
    if (rejoin === 'never' || settings.get('barred') !== 'kickedOut' || this.#wanted !== 'running') return null;
    return (settings.get('barredMs') ?? 0) + REJOIN_AFTER_MS;
  }
}
