/** An application that keeps tasks coming for as long as it is let: what a node of a devnet earns by. */
import type { Clock, Random } from '../protocol/ports.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { createApplication } from './application/application.ts';
import { isShippedModel, otherModels, sampleOf, sampleTask } from './application/samples.ts';
import { devnetKey } from './chain/deploy.ts';
import type { Devnet } from './devnet.ts';

export interface WorkloadOptions {
  readonly devnet: Pick<Devnet, 'relay' | 'relayUrl' | 'network' | 'fund'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Between two tasks. */
  readonly pauseMs: number;
  readonly onError: (error: unknown) => void;
}

export interface Workload {
  /** Tasks under way are left to the network. */
  stop(): Promise<void>;
}

/** It goes on with the same account when the devnet goes on. */
const APPLICATION_KEY = devnetKey('workload');
const FUNDS_WEI = 1_000n * 10n ** 18n;
const LOW_WEI = 100n * 10n ** 18n;
/** No more are added while so many wait: nobody may be there to run them. */
const MAX_OPEN = 6;
/** A group of three waits for ever where only one node has the model. */
const MAX_OPEN_OTHERS = 3;
const POLL_MS = 500;

export function startWorkload({ devnet, clock, random, pauseMs, onError }: WorkloadOptions): Workload {
  const { relay, relayUrl, network } = devnet;
  const ending = new AbortController();
  const { signal } = ending;
  const address = addressOf(APPLICATION_KEY);
  const privateKey = APPLICATION_KEY;
  const { samplingModulus } = network;
  const application = createApplication({ relayUrl, privateKey, clock, random, samplingModulus, pollMs: POLL_MS });
  let open = 0;

  function waitingOthers(): number {
    return relay.tasks().filter(({ status, modelIds }) => status === 'Queued' && modelIds.some((id) => !isShippedModel(id)))
      .length;
  }

  /** Every other task is for a model that only its node has, where there is one: so foreign engines are rehearsed. */
  function nextTask(index: number) {
    const others = otherModels(relay.nodes());
    if (others.length === 0 || index % 2 === 0 || waitingOthers() >= MAX_OPEN_OTHERS) return sampleTask(index);
    const turn = Math.floor(index / 2);
    return sampleOf(others[turn % others.length] ?? '', turn);
  }

  async function submit(index: number): Promise<void> {
    if (relay.balanceWei(address) < LOW_WEI) await devnet.fund(address, { balanceWei: FUNDS_WEI });
    open += 1;
    application
      .runTask(nextTask(index).spec, { signal })
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
