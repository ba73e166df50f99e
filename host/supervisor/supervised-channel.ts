import type { WorkerChannel } from '../../contract/worker-client.ts';

/** A worker process and the two ways to end it without its consent. */
export interface SupervisedChannel extends WorkerChannel {
  /** Ask the process to end in order, without waiting for its task. */
  end(): void;
  /** End it at once; it resumes from its store. */
  kill(): void;
}
