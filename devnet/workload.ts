/** An application that keeps tasks coming for as long as it is let: what a node of a devnet earns by. */

import type { Hex } from '../protocol/hex.ts';
import type { Clock } from '../protocol/ports.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { isShippedModel, otherModels, sampleOf, sampleTask } from './application/samples.ts';
import type { TaskSpecInput } from './application/task-spec.ts';
import { devnetKey } from './chain/deploy.ts';
import type { NetworkView } from './network-view.ts';

/** The network as an application sees it, whoever has its tasks. */
export interface WorkloadNetwork {
  readonly view: NetworkView;
  /** Puts a task to the network, paid by {@link WORKLOAD_KEY}, and sees it to its end. `index` counts the tasks. */
  run(spec: TaskSpecInput, how: { readonly index: number; readonly signal: AbortSignal }): Promise<unknown>;
  /** What tasks are paid with. */
  fund(address: Hex, wei: bigint): Promise<void>;
}

export interface WorkloadOptions {
  readonly network: WorkloadNetwork;
  readonly clock: Clock;
  /** Between two tasks. */
  readonly pauseMs: number;
  readonly onError: (error: unknown) => void;
}

export interface Workload {
  /** Tasks under way are left to the network. */
  stop(): Promise<void>;
}

/** It goes on with the same account when the devnet goes on. */
export const WORKLOAD_KEY = devnetKey('workload');
const FUNDS_WEI = 1_000n * 10n ** 18n;
const LOW_WEI = 100n * 10n ** 18n;
/** No more are added while so many wait: nobody may be there to run them. */
const MAX_OPEN = 6;
/** A group of three waits for ever where only one node has the model. */
const MAX_OPEN_OTHERS = 3;
/** Between two looks at a task. */
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

  /** Every other task is for a model that only its node has, where there is one: so foreign engines are rehearsed. */
  function nextTask(index: number) {
    const others = otherModels(view.nodes());
    if (others.length === 0 || index % 2 === 0 || waitingOthers() >= MAX_OPEN_OTHERS) return sampleTask(index);
    const turn = Math.floor(index / 2);
    return sampleOf(others[turn % others.length] ?? '', turn);
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
      if (open < MAX_OPEN) await submit(index).catch(onError);
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
