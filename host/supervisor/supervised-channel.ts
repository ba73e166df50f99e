import type { WorkerChannel } from '../../contract/worker-client.ts';

/** A worker process, and two ways to end it without its cooperation. */
export interface SupervisedChannel extends WorkerChannel {
  /** Asks the process to end in order, without waiting for its task. */
  end(): void;
  /** Kills it; it resumes from its store. */
  kill(): void;
}
