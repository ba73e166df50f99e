/**
 * Reads the network's events with a cursor that survives restarts. An event is recorded, then handled, then marked:
 * a process killed in between handles it again, and handling an event twice does nothing new.
 */
import type { Hex } from '../../protocol/hex.ts';
import { isHex } from '../../protocol/hex.ts';
import type { TaskStatus } from '../../protocol/tasks/status.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import { EVENT_PAGE } from '../networks/task-network.ts';
import type { LoopContext } from './context.ts';

/** TaskValidated is left out: the network sends it for Validated and GroupValidated alike. */
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

/** What a node that knows the task has brought about itself, or seen already. */
const OWN_DOING: ReadonlySet<string> = new Set(['TaskStarted', 'TaskScoreReady', 'TaskErrorReported']);

export interface EventHandlers {
  /** An event named this task: have it read. */
  wakeTask(commitment: Hex): void;
  /** Everything that is no task event; may be called again with the same event. */
  onNodeEvent(event: RelayEvent): void;
}

export class EventFeed {
  readonly #context: LoopContext;
  readonly #handlers: EventHandlers;

  constructor(context: LoopContext, handlers: EventHandlers) {
    this.#context = context;
    this.#handlers = handlers;
  }

  /** Reads one page; true when there is more to read at once. The very first poll of a node only sets the cursor. */
  async poll(): Promise<boolean> {
    const { store, network, reach, clock } = this.#context;
    const cursor = store.events.cursor();
    if (cursor === null) {
      store.events.startAt(await network.latestEventId());
      return false;
    }
    const rows = await network.eventsAfter(cursor);
    if (rows.length > 0) {
      await reach('events.beforeRecord');
      store.events.record(rows, clock.now());
      await reach('events.recorded');
    }
    for (const event of store.events.unhandled()) {
      this.#handle(event);
      store.events.markHandled(event.id);
      await reach('events.handled');
    }
    // A full page holds more rows than the cursor's overlap, so the next one is another.
    return rows.length >= EVENT_PAGE && store.events.cursor() !== cursor;
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
      store.tasks.addTransition(commitment, { status, atMs: networkClock.now(), source: 'event', evidence });
    }
    if (!(known && OWN_DOING.has(event.type))) this.#handlers.wakeTask(commitment);
  }
}
