/** One node's loop on a real chain: real store, journal and files; an engine in memory, and a relay that only transfers. */

import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { TaskChainPresetInput } from '../../../../contract/task-chain-preset.ts';
import { systemClock, systemRandom } from '../../../../devnet/system.ts';
import type { Hex } from '../../../../protocol/hex.ts';
import { type KillPointHook, noKillPoint } from '../../../kit/points.ts';
import { createSigner } from '../../../kit/signer.ts';
import type { LoopContext } from '../../../loop/context.ts';
import { RelayHealth } from '../../../loop/relay-health.ts';
import { RequestBudget } from '../../../loop/request-budget.ts';
import { createImageDigester } from '../../../loop/scores/image-digester.ts';
import { TaskDriver } from '../../../loop/task-driver.ts';
import { openStore, type Store } from '../../../store/store.ts';
import { FakeEngine } from '../../../testing/fake-engine.ts';
import { answerJson, type HttpRelay, startHttpRelay } from '../../../testing/http-relay.ts';
import { QUIET_LOG } from '../../../testing/loop-rig.ts';
import { tempDir } from '../../../testing/temp-dir.ts';
import { NetworkClock } from '../../network-clock.ts';
import { openTaskChain, type TaskChain } from '../open-task-chain.ts';
import { GPU, newKey, STAKE, type TaskWorld } from './task-world.ts';

/** What the creators have uploaded, and what the relay does with results; by commitment. */
export class CarryingRelay {
  readonly args = new Map<string, string>();
  readonly uploads: string[] = [];
  /** Gives only invalid answers. */
  down = false;
  /** Called before and after each upload is accepted; false = it stops there and gets no answer. */
  onUpload: (when: 'asked' | 'taken') => boolean = () => true;
  readonly #world: TaskWorld;
  readonly #http: HttpRelay;

  constructor(world: TaskWorld, http: HttpRelay) {
    this.#world = world;
    this.#http = http;
    http.behave((request, response) => {
      if (this.down) return void response.destroy();
      const [, commitment = '', action] = /^\/v1\/inference_tasks\/(0x[0-9a-f]{64})(?:\/(\w+))?$/.exec(request.path) ?? [];
      if (request.path === '/v1/now') {
        return answerJson(response, 200, { message: 'success', data: { now: Math.floor(systemClock.now() / 1000) } });
      }
      if (request.method === 'GET' && action === undefined) return this.#giveArgs(commitment, response);
      if (request.method === 'POST' && action === 'results') return void this.#take(commitment, response);
      answerJson(response, 404, { message: 'not found' });
    });
  }

  get url(): string {
    return this.#http.url;
  }

  get seen() {
    return this.#http.seen;
  }

  #giveArgs(commitment: string, response: Parameters<typeof answerJson>[0]): void {
    const task_args = this.args.get(commitment);
    if (task_args === undefined) refuse(response, 'Task not found');
    else if (this.uploads.includes(commitment)) refuse(response, 'Task not ready');
    else answerJson(response, 200, { message: 'success', data: { task_args, task_id_commitment: commitment, status: 1 } });
  }

  async #take(commitment: string, response: Parameters<typeof answerJson>[0]): Promise<void> {
    if (!this.onUpload('asked')) return;
    const status = await this.#world.statusOf(commitment as Hex);
    if (![5, 6].includes(status) || this.uploads.includes(commitment)) return refuse(response, 'Task not validated');
    this.uploads.push(commitment);
    await this.#world.resultUploaded(commitment as Hex);
    if (!this.onUpload('taken')) return;
    answerJson(response, 200, { message: 'success' });
  }
}

function refuse(response: Parameters<typeof answerJson>[0], message: string): void {
  answerJson(response, 400, { message: 'validation_error', data: { field_name: 'task_id_commitment', message } });
}

export interface ChainRig {
  readonly chain: TaskChain;
  readonly network: TaskChain['network'];
  readonly store: Store;
  readonly engine: FakeEngine;
  readonly relay: CarryingRelay;
  readonly driver: TaskDriver;
  readonly context: LoopContext;
  readonly privateKey: Hex;
  readonly address: Hex;
  readonly dataDir: string;
  join(): Promise<void>;
  /** Cycles with one task until it reports this. */
  until(commitment: Hex, wanted: string): Promise<void>;
  /** Like the end of the process: closes store and connections. */
  end(): Promise<void>;
}

export interface ChainRigOptions {
  readonly privateKey?: Hex;
  readonly dataDir?: string;
  readonly engine?: FakeEngine;
  readonly relay?: CarryingRelay;
  readonly preset?: Partial<TaskChainPresetInput>;
  readonly killPoint?: KillPointHook;
  readonly wei?: bigint;
  /** How long an act waits for its block, in milliseconds; short if none comes. */
  readonly actWaitMs?: number;
}

export async function chainRig(world: TaskWorld, options: ChainRigOptions = {}): Promise<ChainRig> {
  const { privateKey = newKey(), dataDir = tempDir(), engine = new FakeEngine(), killPoint = noKillPoint } = options;
  const relay = options.relay ?? new CarryingRelay(world, await startHttpRelay());
  const store = openStore(dataDir, systemClock.now());
  const networkClock = new NetworkClock(systemClock);
  const chain = openTaskChain({
    preset: { ...world.preset, ...(options.preset as object) },
    networkName: 'test',
    relayUrl: relay.url,
    signer: createSigner(privateKey),
    store,
    chainClock: networkClock,
    clock: systemClock,
    random: systemRandom,
    log: QUIET_LOG,
    actWaitMs: options.actWaitMs ?? 60_000,
  });
  const { network, address } = chain;
  let isOpen = true;
  const end = async () => {
    if (!isOpen) return;
    isOpen = false;
    await network.close();
    await chain.close();
    store.close();
  };
  onTestFinished(end);
  if (options.wei !== 0n) await world.give(address, options.wei ?? 1_000n * 10n ** 18n);
  if (engine.state().kind === 'stopped') await engine.start();
  const context: LoopContext = {
    ...{ store, network, engine, engineAccepted: true, networkClock, clock: systemClock, killPoint, log: QUIET_LOG },
    gpu: { name: GPU, vramGib: 24 },
    resultsDir: join(dataDir, 'results'),
    images: createImageDigester({ clock: systemClock }),
  };
  const driver = new TaskDriver({
    context,
    budget: new RequestBudget(systemClock),
    health: new RelayHealth(),
    onTask: () => {},
    onClosed: () => {},
    onSignatureRefused: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
  const until = async (commitment: Hex, wanted: string) => {
    const said: string[] = [];
    for (let cycles = 0; cycles < 60; cycles++) {
      const action = await driver.cycle(commitment);
      await driver.untilIdle();
      const brief =
        action === 'notOurs'
          ? action
          : action.kind === 'wait'
            ? action.reason
            : action.kind === 'close'
              ? `close ${action.as}`
              : action.kind;
      if (brief === wanted) return;
      said.push(brief);
    }
    throw new Error(`never ${wanted}: ${said.join(', ')}`);
  };
  const joinNetwork = () =>
    network.join({ gpu: context.gpu, version: '2.5.0', modelIds: ['base:tiny/model'], network: 'test', stakeWei: STAKE });
  return {
    ...{ chain, network, store, engine, relay, driver, context, privateKey, address, dataDir },
    ...{ join: joinNetwork, until, end },
  };
}
