/** Profiles as real worker processes on one machine whose cards are a file that a test writes. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { EngineConfig, NodeConfigInput } from '../../../contract/node-config.ts';
import type { NodeView } from '../../../contract/worker-channel.ts';
import { createWorkerClient, type WorkerClient } from '../../../contract/worker-client.ts';
import { WORKER_ENTRY } from '../../../demo/programs.ts';
import { forkWorker } from '../../../devnet/fork-worker.ts';
import { createRelay } from '../../../devnet/relay/relay.ts';
import type { NodeRow } from '../../../devnet/relay/store/rows.ts';
import { systemClock, systemRandom } from '../../../devnet/system.ts';
import { bytesToHex, type Hex } from '../../../protocol/hex.ts';
import { addressOf } from '../../../protocol/signing/keys.ts';
import { fakeEngine } from '../../engines/testing/engine-harness.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { type FakeNvidiaSmi, fakeNvidiaSmi } from './fake-nvidia-smi.ts';

const STAKE_WEI = 400n * 10n ** 18n;

type NvidiaInput = Extract<NodeConfigInput['gpu'], { kind: 'nvidia' }>;

interface ProfileOptions {
  readonly gpu: Partial<NvidiaInput> & Pick<NvidiaInput, 'uuids'>;
  /** Default: a program that records its environment. */
  readonly engine?: EngineConfig;
  readonly modelIds?: string[];
}

interface Profile {
  readonly client: WorkerClient;
  readonly address: Hex;
  readonly dataDir: string;
  /** Resolves when the node has joined; rejects with the reason if it does not. */
  readonly started: Promise<NodeView>;
  /** What the relay knows about it. */
  row(): NodeRow | undefined;
  engineEnvironment(): Record<string, string>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

export interface TestMachine extends Pick<FakeNvidiaSmi, 'setCards'> {
  /** Starts the profile of that name, again if it ran before. */
  start(name: string, options: ProfileOptions): Profile;
}

export async function testMachine(xml: string): Promise<TestMachine> {
  const folder = tempDir();
  const { command: nvidiaSmi, setCards } = fakeNvidiaSmi(folder, xml);
  const relay = createRelay({ clock: systemClock, random: systemRandom });
  const relayUrl = await relay.listen();
  onTestFinished(() => relay.close());
  const keys = new Map<string, Hex>();

  const start = (name: string, { gpu, engine, modelIds = ['base:tiny/model'] }: ProfileOptions): Profile => {
    const privateKey = keys.get(name) ?? bytesToHex(systemRandom.bytes(32));
    const address = addressOf(privateKey);
    if (!keys.has(name)) relay.stake({ address, wei: STAKE_WEI, reason: name });
    keys.set(name, privateKey);
    const dataDir = join(folder, name);
    mkdirSync(dataDir, { recursive: true });
    const environment = join(dataDir, 'engine-environment.json');
    const client = createWorkerClient(forkWorker({ entry: WORKER_ENTRY, logFile: join(dataDir, 'worker.log') }));
    const kill = async () => {
      if (client.pid !== undefined) signal(client.pid);
      await client.exited;
    };
    onTestFinished(kill);
    const started = client.start(
      {
        dataDir,
        network: {
          id: 'devnet',
          title: 'Devnet',
          network: 'devnet',
          relayUrl,
          acceptedEngines: ['program', 'embedded'],
          samplingModulus: 10,
          minStakeWei: '0',
        },
        engine: engine ?? fakeEngine('--environment', environment),
        gpu: { kind: 'nvidia', nvidiaSmi, selfTest: null, sampleSeconds: 0.2, ...gpu },
        stakeWei: STAKE_WEI.toString(),
        modelIds,
      },
      privateKey,
    );
    // A caller that awaits it gets the failure; others are not interested.
    started.catch(() => {});
    return {
      client,
      address,
      dataDir,
      started,
      row: () => relay.node(address),
      engineEnvironment: () => JSON.parse(readFileSync(environment, 'utf8')),
      kill,
    };
  };
  return { setCards, start };
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
