/**
 * How a node notices a task: through the network's pointer and its events, each polled in its own half of the second,
 * and both at the instants at which tasks have started before.
 */
import type { Hex } from '../../protocol/hex.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import type { LoopContext } from '../loop/context.ts';
import { EventFeed } from '../loop/event-feed.ts';
import type { PollLoop } from '../loop/poll-loop.ts';
import { StartWatch } from '../loop/start-watch.ts';
import type { TaskDriver } from '../loop/task-driver.ts';
import { PERIOD_MS, type Poll } from './polls.ts';

export interface TaskNoticeOptions {
  readonly context: LoopContext;
  readonly driver: Pick<TaskDriver, 'open' | 'wake'>;
  readonly onNodeEvent: (event: RelayEvent) => void;
  /** An event has added a step to this task. */
  readonly onTask: (commitment: Hex) => void;
  /** All events from before this process have been read. */
  readonly onCaughtUp: () => void;
  readonly loops: () => Readonly<Record<'pointer' | 'events', Pick<PollLoop, 'wake' | 'endBurst'>>>;
}

export class TaskNotice {
  readonly pointer: Poll;
  readonly events: Poll;
  readonly starts: StartWatch;
  readonly #options: TaskNoticeOptions;
  readonly #feed: EventFeed;
  #caughtUp = false;

  constructor(options: TaskNoticeOptions) {
    const { context, driver, onNodeEvent, onTask } = options;
    this.#options = options;
    this.starts = new StartWatch(context.clock);
    this.#feed = new EventFeed(context, {
      wakeTask: (commitment) => {
        this.starts.recordNotice(commitment);
        driver.wake(commitment, { fromEvent: true });
      },
      onNodeEvent,
      onTask,
    });
    this.pointer = {
      periodMs: () => (driver.open.length > 0 ? PERIOD_MS.pointerBusy : PERIOD_MS.pointer),
      msUntilBest: () => this.#untilStart('even'),
      poll: () => this.#readPointer(),
    };
    this.events = {
      periodMs: () => PERIOD_MS.events,
      msUntilBest: () => this.#untilStart('odd'),
      poll: () => this.#readEvents(),
    };
  }

  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** On a chain, blocks start tasks; a relay starts them in rounds, and starts nothing else while a task is open. */
  #untilStart(part: 'even' | 'odd'): number | null {
    const { context, driver } = this.#options;
    const isRelay = context.network.rules.mode === 'relay';
    return isRelay && driver.open.length === 0 ? this.starts.msUntilPoll(part) : null;
  }

  async #readPointer(): Promise<void> {
    const { context, driver, loops } = this.#options;
    const beganMs = this.starts.nowMs();
    const pointer = await context.network.currentTask();
    if (pointer === null) this.starts.recordPoll(beganMs);
    if (pointer === null || driver.open.includes(pointer)) return;
    this.starts.recordNotice(pointer);
    loops().pointer.endBurst();
    driver.wake(pointer, { current: true });
  }

  async #readEvents(): Promise<void> {
    const beganMs = this.starts.nowMs();
    if (await this.#feed.poll()) {
      this.#options.loops().events.wake();
      return;
    }
    this.starts.recordPoll(beganMs);
    if (this.#caughtUp) return;
    this.#caughtUp = true;
    this.#options.onCaughtUp();
  }
}
