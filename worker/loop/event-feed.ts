/**
 * Reads the network's events with a cursor that survives restarts. An event is recorded, then handled, then marked: a
 * process killed in between handles it again, and handling an event twice has no further effect.
 */
import type { Hex } from '../../protocol/hex.ts';
import { isHex } from '../../protocol/hex.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { TaskStatus } from '../../protocol/tasks/status.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import type { EventRow } from '../../protocol/wire/event-row.ts';
import { EVENT_PAGE } from '../networks/task-network.ts';
import type { LoopContext } from './context.ts';

/** TaskValidated is left out, because the network sends it for both Validated and GroupValidated. */
const STATUS_OF_EVENT: Readonly<Record<string, TaskStatus>> = {
  TaskStarted: 'Started',
  TaskScoreReady: 'ScoreReady',
  TaskErrorReported: 'ErrorReported',
  TaskEndInvalidated: 'EndInvalidated',
  TaskEndGroupRefund: 'EndGroupRefund',
  TaskEndSuccess: 'EndSuccess',
  TaskEndGroupSuccess: 'EndGroupSuccess',
  TaskEndAborted: 'EndAborted',
};

/** Events that a node which knows the task has caused itself, or has already seen. */
const SELF_CAUSED: ReadonlySet<string> = new Set(['TaskStarted', 'TaskScoreReady', 'TaskErrorReported']);

/** Far more events than a node receives between two polls. */
const MAX_ID_STEP = 1_000_000;
const CHECK_EVERY_MS = 600_000;

export interface EventHandlers {
  /** An event named this task, so it must be read. */
  wakeTask(commitment: Hex): void;
  /** An event has added a step to this task, which may have ended before. */
  onTask(commitment: Hex): void;
  /** For all events that are not task events; may be called again with the same event. */
  onNodeEvent(event: RelayEvent): void;
}

export class EventFeed {
  readonly #context: LoopContext;
  readonly #handlers: EventHandlers;
  #sinceCheck: () => number;

  constructor(context: LoopContext, handlers: EventHandlers) {
    this.#context = context;
    this.#handlers = handlers;
    this.#sinceCheck = startStopwatch(context.clock);
  }

  /** Reads one page; true if there is more to read immediately. The very first poll of a node only sets the cursor. */
  async poll(): Promise<boolean> {
    const { store, network, killPoint, clock } = this.#context;
    const cursor = store.events.cursor();
    if (cursor === null) {
      store.events.startAt(await network.latestEventId());
      return false;
    }
    const rows = await this.#dropImplausible(await network.eventsAfter(cursor));
    if (rows.length === 0) await this.#rewindIfBehind();
    if (rows.length > 0) {
      await killPoint('events.beforeRecord');
      store.events.record(rows, clock.now());
      await killPoint('events.recorded');
    }
    for (const event of store.events.unhandled()) {
      this.#handle(event);
      store.events.markHandled(event.id);
      await killPoint('events.handled');
    }
    // A full page has more rows than the cursor's overlap, so the next page differs.
    return rows.length >= EVENT_PAGE && store.events.cursor() !== cursor;
  }

  /** An id far beyond the last one would skip everything before it, so the network is asked whether it has reached that id. */
  async #dropImplausible(rows: readonly EventRow[]): Promise<readonly EventRow[]> {
    const { store, network, log } = this.#context;
    const idOf = (row: EventRow) => (row.kind === 'event' ? row.event.id : (row.id ?? 0));
    const farthest = rows.reduce((most, row) => Math.max(most, idOf(row)), 0);
    if (farthest - store.events.newest() <= MAX_ID_STEP) return rows;
    const latest = await network.latestEventId();
    const kept = rows.filter((row) => idOf(row) <= latest);
    if (kept.length < rows.length) log.warn({ farthest, latest }, 'events with ids that the network has not reached are ignored');
    return kept;
  }

  /** The id that was taken as the newest may have been wrong, or the network may have been restored from a copy. */
  async #rewindIfBehind(): Promise<void> {
    const { store, network, clock, log } = this.#context;
    if (this.#sinceCheck() < CHECK_EVERY_MS) return;
    this.#sinceCheck = startStopwatch(clock);
    const latest = await network.latestEventId();
    if (latest >= store.events.newest()) return;
    log.warn({ latest, newest: store.events.newest() }, 'the newest event of the network is older than the newest one here');
    store.events.rewindTo(latest);
  }

  #handle(event: RelayEvent): void {
    const { store, networkClock } = this.#context;
    const { commitment } = event;
    if (!event.type.startsWith('Task') || commitment === null || !isHex(commitment, 32)) {
      this.#handlers.onNodeEvent(event);
      return;
    }
    const status = STATUS_OF_EVENT[event.type];
    const known = store.tasks.find(commitment) !== null;
    if (status !== undefined && known) {
      const evidence = `event ${event.id} ${event.type}`;
      const step = { status, atMs: networkClock.now(), source: 'event', evidence } as const;
      if (store.tasks.addTransition(commitment, step)) this.#handlers.onTask(commitment);
    }
    if (!(known && SELF_CAUSED.has(event.type))) this.#handlers.wakeTask(commitment);
  }
}
