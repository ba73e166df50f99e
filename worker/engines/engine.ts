/** What the task loop needs from an engine; implemented by the process supervisor and by test doubles. */
import type { EngineModel } from '../../protocol/engine/messages.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';

export interface EngineJob {
  /** Commitment with 0x. */
  readonly commitment: string;
  readonly type: TaskType;
  readonly models: readonly EngineModel[];
  /** JSON text with normalised model names. */
  readonly taskArgs: string;
  /** Existing, empty directory. */
  readonly outputDir: string;
  /**
   * Time until the supervisor gives up and restarts the engine: the task's deadline + 10 s. Called repeatedly, because
   * the deadline is in the network's time, whose estimate may change.
   */
  timeLeftMs(): number;
}

/** How a job ended. Only `invalid` may ever become a report to the network (law 2). */
export type EngineOutcome =
  | { readonly kind: 'success' }
  /** The engine's traceback contains "Task args invalid": it would fail on every node. */
  | { readonly kind: 'invalid'; readonly traceback: string; readonly gpuCount: number }
  /** Any other error in the engine's answer. */
  | {
      readonly kind: 'failed';
      readonly traceback: string;
      readonly gpuCount: number;
      /** Set if it was the model download before the execution that failed. */
      readonly during?: 'download';
    }
  /** No answer: the engine went away, hung, or was stopped. */
  | {
      readonly kind: 'cancelled';
      readonly reason: 'disconnected' | 'deadline' | 'restarted' | 'shutdown';
      readonly detail: string;
    };

export type EngineState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting'; readonly attempt: number }
  | { readonly kind: 'ready'; readonly lifetime: string; readonly version: string; readonly pid: number }
  | {
      readonly kind: 'backoff';
      readonly untilMs: number;
      readonly attempt: number;
      readonly lastExit: string;
      /** The end of the program's output, without secrets; empty = none. */
      readonly lastWords: string;
    }
  | { readonly kind: 'stopping' };

export interface Engine {
  state(): EngineState;
  onState(listener: (state: EngineState) => void): () => void;
  start(): Promise<void>;
  /** Resolves with the ready state, or rejects when `signal` aborts. */
  ready(signal: AbortSignal): Promise<Extract<EngineState, { kind: 'ready' }>>;
  /** Runs one job; jobs are queued FIFO. Never rejects because of an engine's failure: that is an outcome. */
  execute(job: EngineJob): Promise<EngineOutcome>;
  /** Sends a model to the download role; resolves when it is on disk. */
  download(model: EngineModel, type: TaskType, signal: AbortSignal): Promise<EngineOutcome>;
  /** Resolves after the processes have exited; escalates from SIGTERM to SIGKILL. */
  stop(): Promise<void>;
}
