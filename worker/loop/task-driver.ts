/**
 * Drives every open task: read it fresh, observe, decide, act, and again (law 1). Events and the pointer only wake it;
 * what it does comes from the task object of the same cycle and the store.
 */
import type { Hex } from '../../protocol/hex.ts';
import { addMs, earliest, elapsedMs, LONG_AGO, monotonicNow, msUntil, msUntilSlot, NEVER } from '../../protocol/monotonic.ts';
import { taskDeadlineMs } from '../../protocol/tasks/deadlines.ts';
import { isTerminal } from '../../protocol/tasks/status.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';
import { backoffMs } from '../kit/backoff.ts';
import { Waker } from '../kit/waker.ts';
import { isOutcomeUnknown, isSignatureRefused, isSignerNotAllowed } from '../networks/relay/refusals.ts';
import type { NetworkTask } from '../networks/task-network.ts';
import type { LoopContext } from './context.ts';
import { type Action, decide, type EngineView } from './decide.ts';
import { Executor } from './executor.ts';
import { perform } from './perform.ts';
import { OUTAGE_BACKOFF } from './poll-loop.ts';
import type { RelayHealth } from './relay-health.ts';
import type { RequestBudget } from './request-budget.ts';
import { nextReadDelayMs, SOON_MS } from './task-cadence.ts';
import { nextVerdictPoll, VerdictPace } from './verdict-pace.ts';
import { createWatched, firstDue, isPredicted, nextDue, type WatchedTask } from './watched.ts';

export interface TaskDriverOptions {
  readonly context: LoopContext;
  readonly budget: RequestBudget;
  readonly health: RelayHealth;
  /** Something about the task changed in the store. */
  readonly onTask: (commitment: Hex) => void;
  /** A task ended, so the network may start another at once. */
  readonly onClosed: (commitment: Hex) => void;
  /** A signature was refused: the clocks may have drifted apart. */
  readonly onSignatureRefused: () => void;
  /** An error of the store; the process must not continue. */
  readonly onFatal: (error: unknown) => void;
}

/** How long data read from the network may wait for the engine's answer, recorded. */
const RECORDING_TIMEOUT_MS = 1_000;

/** Law 1: the read that shows whose task it is also serves the task's first cycle, if that starts at once. */
const READ_FRESH_MS = 100;

/** How long a read is postponed when the minute's requests are used up. */
const POSTPONE_MS = 1_000;

/** Tasks that only events name and that have not been read yet; the pointer shows which one is the node's. */
const MAX_UNCONFIRMED = 32;

export class TaskDriver {
  readonly #options: TaskDriverOptions;
  readonly #executor: Executor;
  readonly #waker: Waker;
  readonly #watched = new Map<Hex, WatchedTask>();
  readonly #verdicts = new VerdictPace();
  #isProbing = false;
  /** Belongs to the cycle that is waiting for the engine's answer. */
  #answerWait: AbortController | null = null;

  constructor(options: TaskDriverOptions) {
    this.#options = options;
    const { clock, store } = options.context;
    this.#waker = new Waker(clock);
    this.#executor = new Executor(options.context, {
      onHandedOver: (commitment, readAfterMs) => {
        const watched = this.#watched.get(commitment);
        if (watched === undefined || readAfterMs === null) return;
        watched.answerReadDue = addMs(monotonicNow(clock), readAfterMs);
        this.#waker.wake();
      },
      onAnswer: (commitment) => this.#onAnswer(commitment),
      onEnd: (commitment) => {
        options.onTask(commitment);
        const watched = this.#watched.get(commitment);
        const isTaken = watched?.answer === 'taken';
        if (watched !== undefined) watched.answer = 'none';
        if (!isTaken && store.tasks.get(commitment).closedMs === null) this.wake(commitment);
      },
      onFatal: options.onFatal,
    });
    for (const task of store.tasks.open()) this.#watchTask(task.commitment);
  }

  /** Open tasks: known ones, and those that the pointer named and that have not been read yet. */
  get open(): readonly Hex[] {
    return [...this.#watched].flatMap(([commitment, { isUnconfirmed }]) => (isUnconfirmed ? [] : [commitment]));
  }

  /**
   * Has the task read as soon as possible. A closed task stays closed, unless the network names it as the `current` one and
   * can revert ends. A task that only an event names may belong to any node; such tasks come after the node's own, and
   * their number is limited.
   */
  wake(commitment: Hex, { fromEvent = false, current = false } = {}): void {
    const { store, network } = this.#options.context;
    const task = store.tasks.find(commitment);
    if (task !== null && task.closedMs !== null && !(current && network.rules.endsCanBeUndone)) return;
    const isUnconfirmed = fromEvent && task === null;
    if (isUnconfirmed && !this.#watched.has(commitment) && this.#countUnconfirmed() >= MAX_UNCONFIRMED) return;
    const watched = this.#watchTask(commitment, isUnconfirmed);
    watched.isUnconfirmed &&= isUnconfirmed;
    watched.due = LONG_AGO;
    watched.canWait = false;
    this.#answerWait?.abort();
    this.#waker.wake();
  }

  wakeAll(): void {
    for (const commitment of this.#watched.keys()) this.wake(commitment);
  }

  /** Resolves when no execution is running any more and every outcome is on disk. */
  untilIdle(): Promise<void> {
    return this.#executor.untilIdle();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { budget, context } = this.#options;
    signal.addEventListener('abort', () => this.#answerWait?.abort(), { once: true });
    while (!signal.aborted) {
      try {
        const next = this.#next();
        const delayMs = next === null ? 3_600_000 : msUntil(nextDue(next[1]), context.clock);
        if (next === null || delayMs > 0) {
          await this.#waker.sleep(delayMs, signal);
          continue;
        }
        if (next[1].canWait && !isPredicted(next[1]) && !budget.hasRoom) {
          next[1].due = addMs(monotonicNow(context.clock), POSTPONE_MS);
          continue;
        }
        const read = this.#takeRead(next[1]);
        if (read === null) budget.spend();
        if (next[1].isUnconfirmed) this.#probe(next[0], next[1]);
        else await this.#runCycle(next[0], next[1], read);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  /** Law 1: used once, and only while it is current. */
  #takeRead(watched: WatchedTask): NetworkTask | null {
    const { read } = watched;
    watched.read = null;
    const isFresh = read !== null && elapsedMs(read.at, monotonicNow(this.#options.context.clock)) < READ_FRESH_MS;
    return isFresh ? read.remote : null;
  }

  /**
   * Asks whose task it is, in parallel with the work on the node's own tasks, so that a slow answer about another node's
   * task delays nothing. One at a time. If the task is the node's own, the answer begins its first cycle.
   */
  #probe(commitment: Hex, watched: WatchedTask): void {
    const { context, health } = this.#options;
    const { network, clock, log } = context;
    this.#isProbing = true;
    watched.due = NEVER;
    watched.canWait = true;
    const readOwn = async () => {
      const remote = await network.task(commitment).catch((error: unknown) => {
        if (isSignerNotAllowed(error)) return 'notFound' as const;
        throw error;
      });
      const isOwn = remote !== 'notFound' && remote.selectedNode !== null && sameAddress(remote.selectedNode, network.address);
      return isOwn ? remote : null;
    };
    void readOwn()
      .then((remote) => {
        health.recordSuccess();
        // The pointer may have named it in the meantime.
        if (!watched.isUnconfirmed) return;
        if (remote === null) this.#watched.delete(commitment);
        else this.#claim(watched, remote);
      })
      .catch((error: unknown) => {
        health.recordFailure(error);
        watched.failures++;
        watched.due = earliest(watched.due, addMs(monotonicNow(clock), backoffMs(watched.failures, OUTAGE_BACKOFF)));
        if (isSignatureRefused(error)) this.#options.onSignatureRefused();
        log.warn({ commitment, failures: watched.failures, err: error }, 'whose task it is could not be read');
      })
      .finally(() => {
        this.#isProbing = false;
        this.#waker.wake();
      });
  }

  #claim(watched: WatchedTask, remote: NetworkTask): void {
    watched.read = { remote, at: monotonicNow(this.#options.context.clock) };
    watched.isUnconfirmed = false;
    watched.due = LONG_AGO;
    watched.canWait = false;
  }

  /** One cycle with one task; plans the next. */
  async #runCycle(commitment: Hex, watched: WatchedTask, read: NetworkTask | null): Promise<void> {
    const { context, health, onTask, onClosed, onSignatureRefused } = this.#options;
    const now = () => monotonicNow(context.clock);
    const { canWait } = watched;
    const awaitsAnswer = msUntil(watched.answerReadDue, context.clock) <= 0;
    if (awaitsAnswer) watched.answerReadDue = NEVER;
    watched.due = NEVER;
    watched.canWait = true;
    watched.isReading = true;
    if (watched.answer === 'due') watched.answer = 'taken';
    try {
      const action = await this.cycle(commitment, read, { awaitsAnswer });
      // Not recorded in time: the end of the recording wakes again.
      if (action !== 'notOurs' && action.kind === 'wait' && watched.answer === 'taken') watched.answer = 'none';
      health.recordSuccess();
      watched.failures = 0;
      if (action === 'notOurs' || action.kind === 'close' || (action.kind === 'wait' && action.reason === 'closed')) {
        this.#watched.delete(commitment);
        if (action !== 'notOurs' && action.kind === 'close') onClosed(commitment);
        return;
      }
      watched.repeats = action.kind !== 'wait' && action.kind === watched.lastAction ? watched.repeats + 1 : 0;
      watched.lastAction = action.kind;
      const delayMs = watched.repeats > 0 ? backoffMs(watched.repeats, OUTAGE_BACKOFF) : nextReadDelayMs(action);
      // A wake during the cycle wins.
      const soon = () => nextVerdictPoll(now(), watched.verdictDue);
      const due = delayMs === SOON_MS ? soon() : addMs(now(), delayMs > SOON_MS ? msUntilSlot(now(), delayMs, 0) : delayMs);
      watched.due = earliest(watched.due, due);
      if (watched.due === due) watched.canWait = delayMs >= SOON_MS;
    } catch (error) {
      health.recordFailure(error);
      watched.failures++;
      watched.answer = 'none';
      watched.due = addMs(now(), backoffMs(watched.failures, OUTAGE_BACKOFF));
      // A read that an event or an act requires failed; it does not wait until the minute's requests are free again.
      watched.canWait &&= canWait;
      if (isSignatureRefused(error)) onSignatureRefused();
      context.log.warn({ commitment, failures: watched.failures, err: error }, 'a task cycle failed');
      if (!isOutcomeUnknown(error)) onTask(commitment);
    } finally {
      watched.isReading = false;
    }
  }

  /** A cycle that is about to decide includes the answer; otherwise a new one starts. */
  #onAnswer(commitment: Hex): void {
    const isTaken = this.#watched.get(commitment)?.isReading ?? false;
    if (isTaken) this.#answerWait = null;
    else this.wake(commitment);
    const watched = this.#watched.get(commitment);
    if (watched === undefined) return;
    watched.answerReadDue = NEVER;
    // Also for that cycle: if its read fails, an act depends on the next one.
    watched.canWait = false;
    watched.answer = isTaken ? 'taken' : 'due';
  }

  /**
   * Reads, observes, decides, acts: once.
   * @param read the read that this cycle starts with, if there is a fresh one
   * @param options.awaitsAnswer the engine is about to answer, and this cycle's read serves the act on the answer
   */
  async cycle(
    commitment: Hex,
    read: NetworkTask | null = null,
    { awaitsAnswer = false }: { readonly awaitsAnswer?: boolean } = {},
  ): Promise<Action | 'notOurs'> {
    const { context, onTask } = this.#options;
    const { store, network, networkClock, killPoint, engine, engineAccepted } = context;
    const known = () => store.tasks.find(commitment) !== null;
    const remote =
      read ??
      (await network.task(commitment).catch((error: unknown) => {
        if (isSignerNotAllowed(error) && !known()) return 'notFound' as const;
        throw error;
      }));
    await this.#waitForAnswer(commitment, awaitsAnswer);
    // A chain's time may be ahead of every clock.
    const blockMs = remote === 'notFound' ? 0 : (remote.block?.timeMs ?? 0);
    const nowMs = Math.max(networkClock.now(), blockMs);
    if (remote === 'notFound' || remote.selectedNode === null || !sameAddress(remote.selectedNode, network.address)) {
      if (!known()) return 'notOurs';
    }
    if (store.tasks.find(commitment)?.closedMs != null) {
      if (!(await this.#isEndReverted(commitment, remote))) return { kind: 'wait', reason: 'closed' };
      context.log.warn({ commitment }, 'the chain has reverted the end of a task; it continues');
      store.tasks.reopen(commitment);
    }
    if (remote !== 'notFound') {
      await killPoint('task.beforeObserve');
      if (store.tasks.observe(remote, nowMs)) {
        this.#verdicts.observe(remote);
        onTask(commitment);
      }
      await killPoint('task.observed');
    }
    const { startTimeMs, timeoutSeconds } = store.tasks.get(commitment);
    const action = decide({
      remote,
      rules: network.rules,
      local: store.local(commitment),
      alarms: store.tasks.alarms(commitment).map((alarm) => alarm.code),
      knownDeadlineMs: startTimeMs === null ? null : taskDeadlineMs({ startTimeMs, timeoutSeconds }),
      engine: engineView(engine.state(), engineAccepted),
      self: network.address,
      nowMs,
    });
    if (action.kind === 'wait') return action;
    if (action.kind === 'submitScore' || action.kind === 'reportError') this.#predictVerdict(commitment);
    await perform({ context, executor: this.#executor }, commitment, action);
    onTask(commitment);
    return action;
  }

  #predictVerdict(commitment: Hex): void {
    const watched = this.#watched.get(commitment);
    const afterMs = this.#verdicts.pollAfterMs();
    if (watched === undefined) return;
    watched.verdictDue = afterMs === null ? null : addMs(monotonicNow(this.#options.context.clock), afterMs);
  }

  /**
   * Law 1: both the task and its owner are read in this cycle; an endpoint that lags shows outdated values only for a short
   * time.
   */
  async #isEndReverted(commitment: Hex, remote: NetworkTask | 'notFound'): Promise<boolean> {
    const { network } = this.#options.context;
    if (!network.rules.endsCanBeUndone || remote === 'notFound' || isTerminal(remote.status)) return false;
    return (await network.currentTask()) === commitment;
  }

  /**
   * Law 1: what was read in this cycle must stay fresh, so an answer that arrives or is recorded later is left to the
   * next cycle. The wait for an answer also ends if anything else is due or wakes the loop.
   */
  async #waitForAnswer(commitment: Hex, awaitsAnswer: boolean): Promise<void> {
    const stop = new AbortController();
    const watched = this.#watched.get(commitment);
    let timeoutMs = RECORDING_TIMEOUT_MS;
    if (awaitsAnswer && watched?.answer !== 'taken') {
      this.#answerWait = stop;
      timeoutMs = Math.min(timeoutMs, this.#untilDue());
    }
    const timeout = this.#options.context.clock.sleep(timeoutMs, stop.signal).catch(() => {});
    const outcome = awaitsAnswer ? this.#executor.untilEnded(commitment) : this.#executor.untilAnswerRecorded(commitment);
    await Promise.race([outcome, timeout]);
    this.#answerWait = null;
    stop.abort();
    if (watched !== undefined) watched.isReading = false;
  }

  #untilDue(): number {
    const { clock } = this.#options.context;
    const next = firstDue([...this.#watched]);
    return next === null ? Number.POSITIVE_INFINITY : Math.max(0, msUntil(nextDue(next[1]), clock));
  }

  #countUnconfirmed(): number {
    return [...this.#watched.values()].filter(({ isUnconfirmed }) => isUnconfirmed).length;
  }

  #watchTask(commitment: Hex, isUnconfirmed = false): WatchedTask {
    const present = this.#watched.get(commitment);
    if (present !== undefined) return present;
    const watched = createWatched(isUnconfirmed);
    this.#watched.set(commitment, watched);
    return watched;
  }

  /** The order of due tasks: earliest first, and the node's own before those that may belong to others. */
  #next(): readonly [Hex, WatchedTask] | null {
    const { clock } = this.#options.context;
    const own = firstDue([...this.#watched].filter(([, { isUnconfirmed }]) => !isUnconfirmed));
    if (this.#isProbing || (own !== null && msUntil(nextDue(own[1]), clock) <= 0)) return own;
    return firstDue([...this.#watched]);
  }
}

function engineView(state: ReturnType<LoopContext['engine']['state']>, accepted: boolean): EngineView {
  if (!accepted) return { kind: 'notAccepted' };
  return state.kind === 'ready' ? { kind: 'ready', lifetime: state.lifetime } : { kind: 'notReady' };
}
