/** One node: its loops, its state, and the host's commands. */
import type { SelfTestOrder } from '../../contract/gpu.ts';
import type { WarmUpOrder } from '../../contract/warm-up.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import { type SerialisedError, serialiseError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';
import { WorkerError } from '../kit/errors.ts';
import { Life } from '../life/life.ts';
import { describeNode, describeNodeAndLife, moveNode, type NodeState, type NodeStateKind } from '../life/node-state.ts';
import type { PollLoop } from '../loop/poll-loop.ts';
import { RelayHealth } from '../loop/relay-health.ts';
import { EXTRA_PER_MINUTE, RequestBudget } from '../loop/request-budget.ts';
import { TaskDriver } from '../loop/task-driver.ts';
import { readClock } from '../networks/read-clock.ts';
import { isSignatureRefused } from '../networks/relay/refusals.ts';
import { Announcer } from './announcer.ts';
import { recordBar } from './bar.ts';
import { type ClockJump, watchClock } from './clock-watch.ts';
import { DiagnosticsSender } from './diagnostics-sender.ts';
import { MachineHolds } from './machine-holds.ts';
import { engineError, nodeError } from './node-error.ts';
import type { NodeOptions } from './node-options.ts';
import { createPolls, PERIOD_MS, type PollName } from './polls.ts';
import { RelayBalance } from './relay-balance.ts';
import { runCompanion } from './run-companion.ts';
import { stakeView } from './stake-view.ts';
import { TaskNotice } from './task-notice.ts';
import { waitToEnd } from './wait-to-end.ts';

export class Node {
  readonly #options: NodeOptions;
  readonly #health = new RelayHealth();
  readonly #budget: RequestBudget;
  readonly #driver: TaskDriver;
  readonly #life: Life;
  readonly #notice: TaskNotice;
  readonly #holds: MachineHolds;
  readonly #announcer: Announcer;
  readonly #relayBalance: RelayBalance;
  readonly #loops: Readonly<Record<PollName, PollLoop>>;
  readonly #ending = new AbortController();
  readonly #hurry = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  #state: NodeState = { kind: 'starting', message: 'Starting the engine and reading the network.' };
  #stopping: Promise<void> | null = null;
  #relaySinceMs: number | null = null;
  #problem: SerialisedError | null = null;
  #engineVersion: string | null = null;
  #engineError: SerialisedError | null = null;
  /** Until this is set, only the checks have run. */
  #isCleared = false;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.#holds = new MachineHolds(options);
    this.#announcer = new Announcer(options.onNode);
    this.#relayBalance = new RelayBalance(options.context);
    const { context, money } = options;
    const { store, clock, networkClock } = context;
    networkClock.readBy(() => this.#readClock());
    this.#budget = new RequestBudget(clock);
    this.#driver = new TaskDriver({
      context,
      budget: this.#budget,
      health: this.#health,
      onTask: (commitment) => this.#taskChanged(commitment),
      onClosed: () => this.#taskClosed(),
      onSignatureRefused: () => this.#loops.clock.wake(),
      onFatal: (error) => options.onFatal(error),
    });
    this.#life = new Life({
      context,
      wanted: store.settings.get('desired') ?? 'running',
      rejoin: options.config.rejoin,
      clearance: options.clearance,
      stakeActs: money.stakeActs,
      beforeMoney: money.beforeMoney,
      onMoney: money.wake,
      identity: () => this.#identity(),
      onState: (kind) => this.#enter(kind),
      onInfo: (info) => this.#relayBalance.read(info),
    });
    this.#notice = new TaskNotice({
      context,
      driver: this.#driver,
      onNodeEvent: (event) => this.#nodeEvent(event),
      onTask: (commitment) => this.#taskChanged(commitment),
      onCaughtUp: () => this.#loops.membership.wake(),
      loops: () => this.#loops,
    });
    const diagnostics = new DiagnosticsSender(context);
    money.payments.onPaid((commitment) => this.#taskChanged(commitment));
    this.#loops = createPolls(
      { context, budget: this.#budget, health: this.#health },
      {
        pointer: this.#notice.pointer,
        events: this.#notice.events,
        membership: {
          periodMs: () => this.#membershipPeriodMs(),
          poll: () => this.#keepMembership(),
          // Joining requires the engine's version and every past event; leaving requires neither.
          isEnabled: () => this.#stopping !== null || (this.#notice.caughtUp && this.#engineVersion !== null),
        },
        clock: { periodMs: () => PERIOD_MS.clock, poll: () => this.#readClock() },
        payments: money.payments,
        diagnostics: {
          periodMs: () => PERIOD_MS.diagnostics,
          poll: () => diagnostics.poll(),
          isEnabled: () => diagnostics.pending,
        },
      },
    );
    this.#health.onChange(() => {
      this.#relaySinceMs = clock.now();
      this.#changed();
    });
    context.engine.onState(() => this.#engineChanged());
    options.models.onChange(() => this.#loops.membership.wake());
    options.clearance.onChange(() => this.#changed());
    money.stakeActs?.onRead(() => this.#changed());
    this.#life.setHeld(this.#holds.isHeld);
    this.#holds.onChange(() => this.#holdsChanged());
  }

  /** Starts the node; the views report its progress. */
  start(): void {
    const { context, onFatal } = this.#options;
    const { signal } = this.#ending;
    this.#changed();
    const engine = context.engine.start().then(() => this.#engineChanged());
    const holds = this.#holds.run(signal, () => this.#isIdle());
    const companions = this.#options.companions.map((companion) => runCompanion(companion, signal, context.clock));
    const parts = [engine, this.#runLoops(signal), holds, ...companions];
    this.#running = Promise.all(parts).catch((error: unknown) => {
      if (!signal.aborted) onFatal(error);
    });
  }

  /** Reads the clock first, because signatures include its time; then rules out a second machine with this key. */
  async #runLoops(signal: AbortSignal): Promise<void> {
    const clockWatch = watchClock(this.#options.context.clock, (jump) => this.#clockJumped(jump), signal);
    await this.#readClock().catch((error: unknown) => this.#health.recordFailure(error));
    await this.#options.clearance.untilAlone(signal);
    if (signal.aborted) return;
    this.#isCleared = true;
    await Promise.all([clockWatch, this.#driver.run(signal), ...Object.values(this.#loops).map((loop) => loop.run(signal))]);
  }

  /** @throws WorkerError NODE_ILLEGAL_STATE while stopping */
  pause(): void {
    this.#mustGoOn('pause');
    this.#want('paused');
  }

  /** Also the host's consent to join again after a slash or kick-out. @throws WorkerError NODE_ILLEGAL_STATE while stopping */
  resume(): void {
    this.#mustGoOn('resume');
    this.#options.context.store.settings.set('barred', null);
    this.#options.clearance.expire();
    this.#want('running');
    if (['stopped', 'slashed', 'kickedOut'].includes(this.#state.kind)) this.#enter('starting');
  }

  /** Leaves the network after the current task and takes the stake back. @throws WorkerError NODE_ILLEGAL_STATE while stopping */
  unstake(): void {
    this.#mustGoOn('take its stake back');
    this.#want('unstaked');
  }

  /** @throws WorkerError NODE_ILLEGAL_STATE while stopping, without a self-test, or if there is nothing to decide */
  selfTest(order: SelfTestOrder): void {
    this.#mustGoOn('test itself');
    this.#holds.selfTest(order);
  }

  /** @throws WorkerError NODE_ILLEGAL_STATE while stopping, or if there is no warm-up */
  warmUp(order: WarmUpOrder): void {
    this.#mustGoOn('warm up');
    this.#holds.warmUp(order);
  }

  /**
   * Takes no new tasks, finishes the current one, and quits the network only if asked to. A second call, or
   * {@link stopNow}, ends the wait. Resolves when loops, engine and connections have ended; the store stays open.
   */
  stop({ quitNetwork }: { readonly quitNetwork: boolean }): Promise<void> {
    if (this.#stopping !== null) this.stopNow();
    this.#stopping ??= this.#end(quitNetwork);
    return this.#stopping;
  }

  /** Unfinished work stays in the store and continues at the next start. */
  stopNow(): void {
    this.#hurry.abort();
  }

  view(): NodeView {
    const { store, network, engine } = this.#options.context;
    const life = this.#isCleared ? this.#life.view() : ({ kind: 'checking' } as const);
    return {
      revision: this.#announcer.revision,
      address: network.address,
      state: this.#state.kind,
      message: describeNodeAndLife(this.#state, life?.kind ?? null, this.#holds.reason()),
      engine: engine.state().kind,
      engineError: this.#engineError === null ? null : { ...this.#engineError, data: { ...this.#engineError.data } },
      currentTask: store.tasks.open()[0]?.commitment ?? null,
      relay: this.#health.state.kind,
      relaySinceMs: this.#relaySinceMs,
      chain: this.#options.money.stakeActs?.reach ?? { kind: 'none', sinceMs: null },
      wanted: this.#life.wanted,
      relayBalanceWei: this.#relayBalance.wei?.toString() ?? null,
      error: nodeError(this.#options.context, { problem: this.#obstacle(), engine: this.#engineError, health: this.#health }),
      ...this.#holds.views(),
      life,
      stake: stakeView(this.#options.money.stakeActs?.last ?? null, store.settings.get('barred')),
      preflight: this.#options.clearance.report,
    };
  }

  async #end(quitNetwork: boolean): Promise<void> {
    const { context } = this.#options;
    this.#setState({ kind: 'stopping', message: 'The node finishes its current task and takes no new one.' });
    this.#life.setWanted(quitNetwork ? 'left' : 'away');
    this.#loops.membership.wake();
    // A node with a possible twin sends nothing under its key.
    if (this.#isCleared) {
      await waitToEnd(context.clock, {
        isDone: () => this.#driver.open.length === 0 && this.#life.settled,
        isReachable: () => this.#health.state.kind === 'reachable' && this.#life.obstacle === null,
        signal: this.#hurry.signal,
      });
    }
    this.#setState({ kind: 'stopping', message: 'The node is stopping its engine.' });
    this.#ending.abort(new Error('the node is stopping'));
    await context.engine.stop();
    await this.#driver.untilIdle();
    await this.#running;
    await context.network.close();
    this.#setState({ kind: 'stopped', why: 'asked' });
  }

  #membershipPeriodMs(): number {
    if (this.#stopping !== null) return PERIOD_MS.membershipStopping;
    return this.#life.settled ? PERIOD_MS.membershipSettled : PERIOD_MS.membershipUnsettled;
  }

  async #keepMembership(): Promise<void> {
    try {
      if (await this.#life.poll()) this.#loops.membership.wake();
      this.#problem = null;
    } catch (error) {
      this.#problem = serialiseError(error);
      if (isSignatureRefused(error)) this.#loops.clock.wake();
      throw error;
    } finally {
      this.#changed();
    }
  }

  /** Makes every loop poll at once, as after a start: what it waits for may have happened long ago. */
  lookAround(): void {
    this.#options.context.networkClock.doubt();
    for (const loop of Object.values(this.#loops)) loop.wake();
    this.#driver.wakeAll();
  }

  #clockJumped(jump: ClockJump): void {
    const { log, network } = this.#options.context;
    log.warn({ ...jump }, 'the date was set or the machine slept; the network is read again');
    // Requests sent before a sleep are never answered; do not wait for them.
    if (jump.mayHaveSleptMs > 0) network.reconnect?.();
    this.lookAround();
  }

  async #readClock(): Promise<void> {
    await readClock(this.#options.context);
    this.#changed();
  }

  #nodeEvent(event: RelayEvent): void {
    const { context, witness, models, money } = this.#options;
    if (!sameAddress(event.nodeAddress, context.network.address)) return;
    witness.onNodeEvent(event);
    if (event.type === 'DownloadModel') models.onEvent(event);
    if (!recordBar(context, event)) return;
    money.wake();
    money.stakeActs?.doubt();
    this.#loops.membership.wake();
    this.#changed();
  }

  #engineChanged(): void {
    const state = this.#options.context.engine.state();
    this.#engineError = engineError(state, this.#engineError);
    if (state.kind === 'ready') {
      // A different version is announced before the next task.
      if (state.version !== this.#engineVersion) this.#loops.membership.wake();
      this.#engineVersion = state.version;
      this.#driver.wakeAll();
    }
    this.#changed();
  }

  #holdsChanged(): void {
    if (this.#life.setHeld(this.#holds.isHeld)) this.#loops.membership.wake();
    this.#changed();
  }

  /** No task is here and none can come: the network has the node as paused, or does not list it. */
  #isIdle(): boolean {
    return this.#stopping === null && this.#holds.isHeld && this.#life.settled && this.#driver.open.length === 0;
  }

  #taskChanged(commitment: Hex): void {
    const { context, onTask, witness } = this.#options;
    witness.onTask(commitment);
    const task = context.store.tasks.find(commitment);
    if (task !== null) onTask(commitment);
    if (task?.startTimeMs != null) this.#notice.starts.recordStart(commitment, task.startTimeMs);
    this.#changed();
  }

  /** The network may start the next task at once, and may already have paid for this one. */
  #taskClosed(): void {
    this.#loops.pointer.startBurst(EXTRA_PER_MINUTE);
    this.#loops.payments.wake();
    this.#changed();
  }

  #identity() {
    const { config, context } = this.#options;
    return {
      gpu: context.gpu,
      version: this.#engineVersion ?? '',
      modelIds: [...this.#options.models.modelIds],
      network: config.network.network,
      stakeWei: config.stakeWei,
    };
  }

  #enter(kind: NodeStateKind): void {
    // While the node stops, the messages of stop() stay.
    if (this.#stopping !== null) return;
    if (kind === 'starting') this.#setState({ kind, message: 'Joining the network.' });
    else if (kind === 'stopped') this.#setState({ kind, why: this.#life.wanted === 'unstaked' ? 'left' : 'notListed' });
    else if (kind !== 'stopping' && kind !== 'failed') this.#setState({ kind });
  }

  #setState(next: NodeState): void {
    const { store, networkClock } = this.#options.context;
    const before = this.#state;
    this.#state = moveNode(before, next);
    if (before.kind !== next.kind) {
      store.history.add({ state: next.kind, atMs: networkClock.now(), source: 'local', evidence: describeNode(next) });
    }
    this.#changed();
  }

  #obstacle(): SerialisedError | null {
    if (!this.#isCleared) return this.#options.clearance.objection();
    return this.#life.obstacle ?? this.#problem ?? this.#holds.problem();
  }

  /** Survives this process, and takes effect in the next membership poll. */
  #want(wanted: 'running' | 'paused' | 'unstaked'): void {
    this.#options.context.store.settings.set('desired', wanted);
    this.#life.setWanted(wanted);
    this.#loops.membership.wake();
  }

  #mustGoOn(what: string): void {
    if (this.#stopping === null) return;
    throw new WorkerError('NODE_ILLEGAL_STATE', `a node that is stopping cannot ${what}`, { from: 'stopping', to: what });
  }

  /** Publishes the view if the host does not have it yet. */
  #changed(): void {
    this.#announcer.publish(this.view());
  }
}
