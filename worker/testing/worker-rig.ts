/** A whole worker in this process: everything is real except the engine; it is supervised over a channel in memory. */
import type { NodeConfigInput } from '../../contract/node-config.ts';
import { createWorkerClient, type WorkerClient, type WorkerExit, type WorkerListeners } from '../../contract/worker-client.ts';
import type { EngineSupervisorOptions } from '../engines/supervisor.ts';
import { type KillPointHook, noKillPoint } from '../kit/points.ts';
import { systemClock } from '../kit/system-clock.ts';
import { systemRandom } from '../kit/system-random.ts';
import { RelayNetwork } from '../networks/relay/relay-network.ts';
import { runWorker, type WorkerParts } from '../process/run-worker.ts';
import { FakeEngine } from './fake-engine.ts';

export interface WorkerRig {
  readonly client: WorkerClient;
  readonly engine: FakeEngine;
  /** What the engine was created with. */
  readonly engineOptions: () => EngineSupervisorOptions | null;
  /** Every message the worker sent. */
  readonly sent: unknown[];
  /** A message that is not in the contract. */
  sendRaw(message: unknown): void;
  /** As if the supervisor had died. */
  disconnect(): void;
}

export interface WorkerRigOptions {
  readonly engine?: FakeEngine;
  readonly killPoint?: KillPointHook;
  readonly listeners?: WorkerListeners;
  readonly parts?: Partial<WorkerParts>;
}

export function startWorkerRig({
  engine = new FakeEngine(),
  killPoint = noKillPoint,
  listeners,
  parts,
}: WorkerRigOptions = {}): WorkerRig {
  const toWorker: ((message: unknown) => void)[] = [];
  const toClient: ((message: unknown) => void)[] = [];
  const exits: ((exit: WorkerExit) => void)[] = [];
  const ends: (() => void)[] = [];
  const sent: unknown[] = [];
  let created: EngineSupervisorOptions | null = null;
  const client = createWorkerClient(
    {
      pid: undefined,
      send: (message) => queueMicrotask(() => toWorker.forEach((listener) => void listener(structuredClone(message)))),
      onMessage: (listener) => void toClient.push(listener),
      onExit: (listener) => void exits.push(listener),
    },
    listeners,
  );
  runWorker(
    {
      pid: process.pid,
      send: async (message) => {
        sent.push(message);
        for (const listener of toClient) listener(structuredClone(message));
      },
      onMessage: (listener) => void toWorker.push(listener),
      onEnd: (listener) => void ends.push(listener),
    },
    {
      clock: systemClock,
      random: systemRandom,
      createEngine: (options) => {
        created = options;
        return engine;
      },
      createNetwork: (options) => new RelayNetwork(options),
      killPoint,
      exit: (code) => {
        for (const listener of exits) listener({ code, signal: null });
      },
      ...parts,
    },
  );
  return {
    client,
    engine,
    engineOptions: () => created,
    sent,
    sendRaw: (message) => {
      for (const listener of toWorker) listener(message);
    },
    disconnect: () => {
      for (const listener of ends) listener();
    },
  };
}

/** A configuration that the devnet's default relay accepts. */
export function nodeConfig(options: { readonly dataDir: string; readonly relayUrl: string }): NodeConfigInput {
  return {
    dataDir: options.dataDir,
    network: {
      id: 'devnet',
      title: 'Devnet',
      network: 'devnet',
      relayUrl: options.relayUrl,
      acceptedEngines: ['program'],
      samplingModulus: 10,
      minStakeWei: '0',
    },
    engine: { kind: 'program', command: 'none', args: [] },
    gpu: { name: 'Devnet GPU+Linux', vramGib: 24, uuids: ['GPU-1'] },
    stakeWei: (400n * 10n ** 18n).toString(),
    modelIds: ['base:tiny/model'],
    logLevel: 'error',
  };
}
