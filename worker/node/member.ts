/** Keeps the node's membership as the host wants it: read the node object, decide, act once, read again. */
import type { NodeStatus } from '../../protocol/node/status.ts';
import type { NodeInfo } from '../../protocol/wire/node.ts';
import { isWorkerError, WorkerError } from '../errors.ts';
import type { LoopContext } from '../loop/context.ts';
import { isAlreadyJoined, isIllegalNodeStatus } from '../networks/relay/refusals.ts';
import type { JoinRequest } from '../networks/task-network.ts';
import { decideMembership, type MembershipAct, type Wanted } from './membership.ts';
import type { NodeStateKind } from './node-state.ts';

export interface MemberOptions {
  readonly context: LoopContext;
  readonly wanted: Wanted;
  /** What this process is: the card it runs on (law 6), the connected engine's version, the models on disk. */
  readonly identity: () => JoinRequest;
  readonly onState: (state: NodeStateKind) => void;
  readonly onInfo: (info: NodeInfo) => void;
}

export class Member {
  readonly #options: MemberOptions;
  #wanted: Wanted;
  /** The machine's own reason for no tasks now; the host's wish stays what it is. */
  #held = false;
  #settled = false;
  /** Engine version that the network was told by this process. */
  #announced: string | null = null;
  #status: NodeStatus | null = null;
  #wasMember = false;
  #lastAct: MembershipAct = 'none';

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#wanted = options.wanted;
  }

  get wanted(): Wanted {
    return this.#wanted;
  }

  /** The network was seen to be as the host wants it. */
  get settled(): boolean {
    return this.#settled;
  }

  want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#settled = false;
    // The host's own word lets a node join that the network has dropped.
    if (wanted === 'running') this.#wasMember = false;
  }

  /** Pauses a node that should run, until it is let go: no consent to join again. True when it changes anything. */
  hold(held: boolean): boolean {
    if (held === this.#held) return false;
    this.#held = held;
    this.#settled = false;
    return true;
  }

  /** One cycle; true when it acted and the effect should be read at once. */
  async poll(): Promise<boolean> {
    const { context, onState, onInfo, identity } = this.#options;
    const { store, network, networkClock } = context;
    const info = await network.nodeInfo();
    if (info.status !== this.#status) {
      this.#status = info.status;
      store.history.add({ state: info.status, atMs: networkClock.now(), source: 'relay', evidence: 'node object' });
    }
    onInfo(info);
    const step = decideMembership({
      wanted: this.#held && this.#wanted === 'running' ? 'paused' : this.#wanted,
      barred: store.settings.get('barred'),
      status: info.status,
      announced: this.#announced === identity().version,
      lost: this.#wasMember && info.status === 'Quit',
    });
    if (info.status !== 'Quit' && info.status !== 'PendingQuit') this.#wasMember = true;
    this.#settled = step.settled;
    if (step.state !== null) onState(step.state);
    const repeated = step.act === this.#lastAct;
    this.#lastAct = step.act;
    if (step.act === 'none') return false;
    await this.#act(step.act);
    return !repeated;
  }

  async #act(act: Exclude<MembershipAct, 'none'>): Promise<void> {
    const { context, identity } = this.#options;
    const { network, log } = context;
    log.info({ act }, 'telling the network');
    const request = identity();
    try {
      switch (act) {
        case 'join':
          await network.join(request);
          this.#announced = request.version;
          return;
        case 'announce':
          await network.updateCapabilities(request);
          this.#announced = request.version;
          return;
        case 'pause':
          return await network.pause();
        case 'resume':
          return await network.resume();
        case 'quit':
          return await network.quit();
      }
    } catch (error) {
      // The status has changed since it was read; the next read tells how.
      if (isAlreadyJoined(error) || isIllegalNodeStatus(error)) return;
      if (act === 'join' && isWorkerError(error, 'RELAY_REFUSED')) {
        throw new WorkerError('NODE_JOIN_FAILED', `the network refused this node: ${error.data.reason}`, error.data, {
          cause: error,
        });
      }
      throw error;
    }
  }
}
