/**
 * Keeps a node from taking tasks until its engine has passed the self-test, at the start and after every change of the
 * engine. The test itself waits until the network sends no tasks and none is left.
 */
import type { SelfTestOrder, SelfTestView } from '../../contract/gpu.ts';
import { WorkerError } from '../kit/errors.ts';
import { Waker } from '../kit/waker.ts';
import { type GpuProblem, gpuProblem } from './errors.ts';
import { currentSelfTest, runSelfTest, type SelfTestOptions } from './run-self-test.ts';
import { type SelfTestState, selfTestProblem, selfTestView } from './self-test.ts';

export interface SelfTestGuardOptions extends Omit<SelfTestOptions, 'signal'> {
  readonly onChange: () => void;
}

/** How often a due test checks whether it may run. */
const DUE_CHECK_MS = 250;
/** Otherwise a change of the engine or the host's order wakes it. */
const IDLE_CHECK_MS = 60_000;

export class SelfTestGuard {
  readonly #options: SelfTestGuardOptions;
  readonly #waker: Waker;
  /** Null until the engine is ready. */
  #state: SelfTestState | null = null;
  #again = false;
  #isRunning = false;

  constructor(options: SelfTestGuardOptions) {
    this.#options = options;
    this.#waker = new Waker(options.clock);
  }

  view(): SelfTestView | null {
    return this.#state === null ? null : selfTestView(this.#state, this.#progress());
  }

  #progress(): SelfTestView['progress'] {
    if (this.#isRunning) return 'running';
    return this.#again ? 'waiting' : 'none';
  }

  /** Why the node takes no tasks; null = no reason. */
  problem(): GpuProblem | null {
    if (this.#state === null) return gpuProblem('GPU_SELF_TEST_DUE', 'the engine is not ready');
    return this.#again ? gpuProblem('GPU_SELF_TEST_DUE', 'you asked for it') : selfTestProblem(this.#state);
  }

  /** @throws WorkerError NODE_ILLEGAL_STATE if there is no changed result to decide on, or no waiting test to cancel. */
  order(order: SelfTestOrder): void {
    if (order === 'run') this.#again = true;
    else if (order === 'cancel') {
      const from = this.#progress();
      if (from !== 'waiting') throw new WorkerError('NODE_ILLEGAL_STATE', 'no self-test waits to begin', { from });
      this.#again = false;
    } else if (this.#state?.kind === 'changed') {
      const { store, clock } = this.#options;
      store.decide(this.#state.record, order === 'accept' ? 'accepted' : 'rejected', clock.now());
    } else {
      throw new WorkerError('NODE_ILLEGAL_STATE', `there is no changed result to ${order}`, {
        from: this.#state?.kind ?? 'none',
      });
    }
    this.#options.onChange();
    this.#waker.wake();
  }

  /** Resolves when `signal` aborts. `isIdle`: the node has no task and gets none. */
  async run(signal: AbortSignal, isIdle: () => boolean): Promise<void> {
    const options = { ...this.#options, signal };
    const unsubscribe = this.#options.engine.onState(() => this.#waker.wake());
    try {
      while (!signal.aborted) {
        this.#set((await currentSelfTest(options)).state);
        if (this.#mustRun() && isIdle()) {
          this.#isRunning = true;
          this.#options.onChange();
          const state = await runSelfTest(options).finally(() => {
            this.#isRunning = false;
          });
          this.#again &&= state.kind === 'due';
          this.#set(state);
        }
        await this.#waker.sleep(this.#mustRun() ? DUE_CHECK_MS : IDLE_CHECK_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      unsubscribe();
    }
  }

  #mustRun(): boolean {
    return this.#again || this.#state?.kind === 'due';
  }

  #set(state: SelfTestState): void {
    this.#state = state;
    this.#options.onChange();
  }
}
