/** An application that keeps tasks coming until it is stopped, so that a devnet's nodes can earn. */

import type { Hex } from '../protocol/hex.ts';
import type { Clock } from '../protocol/ports.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { isShippedModel, otherModels, sampleForModel, sampleTask } from './application/samples.ts';
import type { TaskSpecInput } from './application/task-spec.ts';
import { devnetKey } from './chain/deploy.ts';
import type { NetworkView } from './network-view.ts';

/** The network as an application sees it, in either mode. */
export interface WorkloadNetwork {
  readonly view: NetworkView;
  /** Runs a task from creation to end, paid by {@link WORKLOAD_KEY}. `index` counts the tasks. */
  run(spec: TaskSpecInput, how: { readonly index: number; readonly signal: AbortSignal }): Promise<unknown>;
  /** Gives the account money to pay for tasks. */
  fund(address: Hex, wei: bigint): Promise<void>;
}

export interface WorkloadOptions {
  readonly network: WorkloadNetwork;
  readonly clock: Clock;
  /** Pause between two tasks. */
  readonly pauseMs: number;
  readonly onError: (error: unknown) => void;
}

export interface Workload {
  /** Leaves running tasks to the network. */
  stop(): Promise<void>;
}

/** The same account in every run of a devnet. */
export const WORKLOAD_KEY = devnetKey('workload');
const FUNDS_WEI = 1_000n * 10n ** 18n;
const LOW_WEI = 100n * 10n ** 18n;
/** No more tasks are added while this many are waiting: there may be nobody to run them. */
const MAX_OPEN_TASKS = 6;
/** Limit for models that only one node has: a group of three would wait forever. */
const MAX_OPEN_OTHER_TASKS = 3;
/** Interval for polling a task. */
export const WORKLOAD_POLL_MS = 500;

export function startWorkload({ network, clock, pauseMs, onError }: WorkloadOptions): Workload {
  const { view } = network;
  const ending = new AbortController();
  const { signal } = ending;
  const address = addressOf(WORKLOAD_KEY);
  let open = 0;

  function waitingOthers(): number {
    return view.tasks().filter(({ status, modelIds }) => status === 'Queued' && modelIds.some((id) => !isShippedModel(id)))
      .length;
  }

  /**
   * Every other task is for a model that only its own node has, if there is one, so that other engines are rehearsed
   * too.
   */
  function nextTask(index: number) {
    const others = otherModels(view.nodes());
    if (others.length === 0 || index % 2 === 0 || waitingOthers() >= MAX_OPEN_OTHER_TASKS) return sampleTask(index);
    const turn = Math.floor(index / 2);
    return sampleForModel(others[turn % others.length] ?? '', turn);
  }

  async function submit(index: number): Promise<void> {
    if (view.balanceWei(address) < LOW_WEI) await network.fund(address, FUNDS_WEI);
    open += 1;
    network
      .run(nextTask(index).spec, { index, signal })
      .catch((error: unknown) => {
        if (!signal.aborted) onError(error);
      })
      .finally(() => {
        open -= 1;
      });
  }

  async function run(): Promise<void> {
    for (let index = 0; !signal.aborted; index += 1) {
      if (open < MAX_OPEN_TASKS) await submit(index).catch(onError);
      await clock.sleep(pauseMs, signal).catch(() => {});
    }
  }

  const running = run();
  return {
    stop() {
      ending.abort(new Error('the workload ends'));
      return running;
    },
  };
}
