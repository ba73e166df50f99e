/**
 * Real parts on loopback: the devnet's relay, an application, and a worker process with its engine behind a faulty
 * connection.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineConfig, NodeConfigInput } from '../../contract/node-config.ts';
import { createWorkerClient, type WorkerClient, type WorkerListeners } from '../../contract/worker-client.ts';
import { WORKER_ENTRY } from '../../demo/programs.ts';
import { type Application, createApplication } from '../../devnet/application/application.ts';
import type { TaskOutcome } from '../../devnet/application/outcome.ts';
import { CHAT_MODEL, chatArguments, invalidArguments, PROMPTS } from '../../devnet/application/samples.ts';
import type { TaskSpecInput } from '../../devnet/application/task-spec.ts';
import { forkWorker } from '../../devnet/fork-worker.ts';
import type { RelayConfigInput } from '../../devnet/relay/config.ts';
import { createRelay, type Relay } from '../../devnet/relay/relay.ts';
import { systemClock, systemRandom } from '../../devnet/system.ts';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import { WEI_PER_CNX } from '../../protocol/money/wei.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

export const FEE_WEI = 3n * WEI_PER_CNX + 7n;
const STAKE_WEI = (400n * WEI_PER_CNX).toString();
export const KILLABLE_ENTRY = fileURLToPath(new URL('./killable-worker.ts', import.meta.url));

export interface TestNetwork {
  readonly relay: Relay;
  /** Between the node and the relay. */
  readonly line: FaultProxy;
  readonly application: Application;
  readonly nodeAddress: Hex;
  readonly dataDir: string;
  /** A killable worker does what this file says (`<victim>@<point>`). */
  readonly strikeFile: string;
  /** Starts the node's worker process. */
  startWorker(options?: {
    readonly isKillable?: boolean;
    /** Another worker program, with its arguments. */
    readonly program?: { readonly entry: string; readonly args: readonly string[] };
    readonly engine?: EngineConfig;
    readonly listeners?: WorkerListeners;
  }): WorkerHandle;
  runTask(kind?: 'chat' | 'invalid'): Promise<TaskOutcome>;
  close(): Promise<void>;
}

export interface WorkerHandle {
  readonly client: WorkerClient;
  /** Resolves when the node is running; rejects if the process ends first. */
  readonly started: Promise<unknown>;
}

export async function startTestNetwork(relayConfig: RelayConfigInput = {}): Promise<TestNetwork> {
  const nodeKey = bytesToHex(systemRandom.bytes(32));
  const applicationKey = bytesToHex(systemRandom.bytes(32));
  const nodeAddress = addressOf(nodeKey);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'crynux-e2e-'));
  const strikeFile = path.join(dataDir, 'strike');
  const relay = createRelay({
    clock: systemClock,
    random: systemRandom,
    // Sampled once in a million, because these tests are about single tasks.
    config: {
      samplingModulus: 1_000_000,
      times: { executionMin: 60, executionMax: 60 },
      genesis: {
        accounts: [{ address: addressOf(applicationKey), balanceWei: (1_000n * WEI_PER_CNX).toString() }],
        stakes: [{ address: nodeAddress, stakeWei: STAKE_WEI }],
      },
      ...relayConfig,
    },
  });
  const relayUrl = await relay.listen();
  const line = await startFaultProxy(relayUrl);
  const application = createApplication({
    relayUrl,
    privateKey: applicationKey,
    clock: systemClock,
    random: systemRandom,
    samplingModulus: 1_000_000,
    pollMs: 50,
  });
  const config: NodeConfigInput = {
    dataDir,
    network: {
      id: 'devnet',
      title: 'Test network',
      network: 'devnet',
      relayUrl: line.url,
      acceptedEngines: ['embedded', 'program'],
      samplingModulus: 1_000_000,
      minStakeWei: STAKE_WEI,
    },
    engine: { kind: 'embedded', device: 'cpu' },
    gpu: { name: 'Devnet Card 24G+Linux', vramGib: 24 },
    stakeWei: STAKE_WEI,
    modelIds: [`base:${CHAT_MODEL}`],
  };
  const running: WorkerClient[] = [];

  return {
    relay,
    line,
    application,
    nodeAddress,
    dataDir,
    strikeFile,
    startWorker({ isKillable = false, program, engine = config.engine, listeners = {} } = {}) {
      const plain = program ?? { entry: WORKER_ENTRY, args: [] };
      const killable = { entry: KILLABLE_ENTRY, args: [strikeFile] };
      const channel = forkWorker({
        ...(isKillable ? killable : plain),
        logFile: path.join(dataDir, 'worker.log'),
      });
      const client = createWorkerClient(channel, listeners);
      running.push(client);
      const started = client.start({ ...config, engine }, nodeKey);
      // A worker that kills itself before it runs is a separate case; whoever needs this awaits it.
      started.catch(() => {});
      return { client, started };
    },
    runTask(kind = 'chat') {
      const prompt = PROMPTS[0];
      if (prompt === undefined) throw new Error('no prompt');
      const args = kind === 'chat' ? chatArguments(prompt, CHAT_MODEL, 5) : invalidArguments(CHAT_MODEL);
      const spec: TaskSpecInput = { type: 'Llm', args, modelIds: [`base:${CHAT_MODEL}`], feeWei: FEE_WEI.toString() };
      return application.runTask(spec);
    },
    async close() {
      await Promise.all(running.map((client) => client.stop({ quitNetwork: false })));
      await line.close();
      await relay.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
